#!/usr/bin/env bash
# exported_symbols_test.sh NAMES BINARY…
#
# Holds BoringSSL and OpenSSL apart in what is shipped. NAMES lists what BoringSSL defines: none of it
# may be exported by a BINARY (gRPC's OpenSSL would bind to it), or be left for the dynamic linker to
# find (our code would call OpenSSL).
set -euo pipefail
export LC_ALL=C

names=$1
shift

count=$(wc -l < "$names")
if (( count < 2000 )); then
  echo "only $count names of BoringSSL's: this test would prove nothing"
  exit 1
fi

symbols=$(mktemp "${TEST_TMPDIR:-/tmp}/symbols.XXXXXX")
failed=0
for binary in "$@"; do
  nm -D "$binary" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u > "$symbols"
  clashes=$(comm -12 "$names" "$symbols" | head -n 5)
  if [[ -n $clashes ]]; then
    echo "$binary shares BoringSSL's names with OpenSSL:" "${clashes//$'\n'/ } …"
    failed=1
  fi
  nm "$binary" | awk '{ print $NF }' | sort -u > "$symbols"
  if [[ -z $(comm -12 "$names" "$symbols") ]]; then
    echo "$binary holds no BoringSSL at all: is it the right file?"
    failed=1
  fi
done
echo "checked $# binaries against $count names"
exit "$failed"
