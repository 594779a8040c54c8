# Sourced by the scripts of tools/, at the repository's root.
# shellcheck shell=bash

# A CI runner may start us without a HOME; npm, buf and Bazel's caches want one.
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
fi
export HOME

# The bazel to use; another may be named for the session.
BAZEL=${BAZEL:-bazel}
export BAZEL

# say TEXT…: one line of progress.
say() {
  printf '\n== %s\n' "$*" >&2
}
