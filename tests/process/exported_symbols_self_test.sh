#!/usr/bin/env bash
# exported_symbols_self_test.sh CHECK NAMES LEAKY_BINARY
set -euo pipefail

if output=$("$@"); then
  echo "the check let a leak pass: $output"
  exit 1
fi
grep 'shares BoringSSL.*SSL_CTX_new' <<< "$output"
