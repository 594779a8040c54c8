#!/usr/bin/env bash
# unit_flags_test.sh EDGE UNIT SYSUSERS: the unit uses only flags that the edge has, and only groups that
# are made; and systemd, where it is there, takes it.
set -euo pipefail
edge=$1 unit=$2 sysusers=$3

help=$("$edge" --help)
mapfile -t flags < <(grep -o -- '--[a-z_]*=' "$unit" | tr -d '=')
(( ${#flags[@]} > 5 )) || { echo "$unit has hardly any flags"; exit 1; }
for flag in "${flags[@]}"; do
  grep -q -- "$flag\b" <<< "$help" || { echo "the edge has no $flag"; exit 1; }
done

group=$(sed -n 's/^SupplementaryGroups=//p' "$unit")
grep -q "^g $group " "$sysusers" || { echo "$sysusers does not make the group '$group'"; exit 1; }

if [[ -x $(command -v systemd-analyze) ]]; then
  # It looks for the programs that are started.
  sed "s|/usr/bin/fluxcascade-edge|$(realpath "$edge")|" "$unit" > "$TEST_TMPDIR/fluxcascade-edge.service"
  said=$(systemd-analyze verify --man=no "$TEST_TMPDIR/fluxcascade-edge.service" 2>&1) ||
    { echo "$said"; exit 1; }
  # What it does not know it passes over, with a line.
  if grep 'fluxcascade-edge.service:' <<< "$said"; then exit 1; fi
fi
