#!/usr/bin/env bash
# Every C++ file of ours is as clang-format would write it. Runs over the checkout itself.
set -euo pipefail
cd "$(dirname "$(readlink -f WORKSPACE)")"

mapfile -d '' files < <(find common controlplane edge tests tools -name node_modules -prune -o \
  -type f \( -name '*.cc' -o -name '*.h' \) -print0)
if ! printf '%s\0' "${files[@]}" |
  xargs -0 -n 20 -P "$(nproc)" clang-format --dry-run -Werror --ferror-limit=1; then
  echo "Format them with: clang-format -i FILE"
  exit 1
fi
echo "${#files[@]} files are well formatted"
