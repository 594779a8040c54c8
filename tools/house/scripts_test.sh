#!/usr/bin/env bash
# Nothing is found by shellcheck in our bash scripts. Runs over the checkout itself.
set -euo pipefail
cd "$(dirname "$(readlink -f WORKSPACE)")"

mapfile -t scripts < <(find .ci tools tests -name node_modules -prune -o -type f -print0 |
  xargs -0 grep -lI -m 1 -E '^#!/(usr/bin/env bash|bin/(ba)?sh)')
shellcheck -x "${scripts[@]}"
echo "${#scripts[@]} scripts are clean"
