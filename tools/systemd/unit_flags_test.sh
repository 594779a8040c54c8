#!/usr/bin/env bash
# unit_flags_test.sh EDGE UNIT: the unit uses only flags that the edge has.
set -euo pipefail

help=$("$1" --help)
mapfile -t flags < <(grep -o -- '--[a-z_]*=' "$2" | tr -d '=')
(( ${#flags[@]} > 5 )) || { echo "$2 has hardly any flags"; exit 1; }
for flag in "${flags[@]}"; do
  grep -q -- "$flag\b" <<< "$help" || { echo "the edge has no $flag"; exit 1; }
done
