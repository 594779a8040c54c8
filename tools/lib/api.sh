# Sourced by the operators' scripts: how to reach the API, and how to show what it says.
# shellcheck shell=bash
#
# Where the control plane is: $FLUXCASCADE_API (host:port), $FLUXCASCADE_CA (PEM file of the authority
# of its certificate) and $FLUXCASCADE_TOKEN_FILE (file with the bearer token); or a file that sets
# these three, named by $FLUXCASCADE_CLIENT, by default the one that tools/quickstart leaves.

API_DEFAULT_CLIENT=${XDG_STATE_HOME:-${HOME:-/root}/.local/state}/fluxcascade/quickstart/client.env
API_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# usage: prints the comment at the head of the script, and ends.
# shellcheck disable=SC2120
usage() {
  sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
  exit "${1:-0}"
}

api_setup() {
  local client=${FLUXCASCADE_CLIENT:-$API_DEFAULT_CLIENT}
  # shellcheck disable=SC1090
  [[ -n ${FLUXCASCADE_API:-} || ! -r $client ]] || source "$client"
  [[ -n ${FLUXCASCADE_API:-} ]] ||
    die "no control plane is named: set FLUXCASCADE_API, FLUXCASCADE_CA and FLUXCASCADE_TOKEN_FILE, or start tools/quickstart"
  [[ -r ${FLUXCASCADE_CA:-} ]] || die "FLUXCASCADE_CA: '${FLUXCASCADE_CA:-}' is no file that can be read"
  [[ -r ${FLUXCASCADE_TOKEN_FILE:-} ]] ||
    die "FLUXCASCADE_TOKEN_FILE: '${FLUXCASCADE_TOKEN_FILE:-}' is no file that can be read"
}

# api_buf: prints the path of buf, which npm brings.
api_buf() {
  local found
  found=$(find "$API_ROOT/tools/buf/node_modules/@bufbuild" -path '*/bin/buf' -type f 2> /dev/null | sort | tail -n 1)
  [[ -n $found ]] || die "neither grpcurl nor buf is there: run tools/setup, or install grpcurl"
  printf '%s' "$found"
}

# call_api SERVICE/METHOD JSON: the answer as JSON on standard output. The token goes by the
# environment (grpcurl) or a pipe (buf), and the request, which may hold secrets, by standard input:
# arguments can be seen by every user of the machine.
call_api() {
  local method=fluxcascade.v1.$1 request=$2
  if command -v grpcurl > /dev/null; then
    # shellcheck disable=SC2016 # grpcurl itself expands it
    TOKEN=$(< "$FLUXCASCADE_TOKEN_FILE") grpcurl -cacert "$FLUXCASCADE_CA" -emit-defaults \
      -expand-headers -H 'authorization: Bearer ${TOKEN}' -d @ "$FLUXCASCADE_API" "$method" <<< "$request"
  else
    "$(api_buf)" curl --protocol grpc --cacert "$FLUXCASCADE_CA" --emit-defaults \
      -H @<(printf 'authorization: Bearer %s\n' "$(< "$FLUXCASCADE_TOKEN_FILE")") \
      -d @- "https://$FLUXCASCADE_API/$method" <<< "$request"
  fi
}

# show_table HEADINGS: reads rows of tab-separated cells and writes them as columns.
show_table() {
  { printf '%s\n' "$1"; cat; } | column -t -s $'\t'
}

# Takes --json, --workspace W, --limit N and --help out of the arguments; the rest is in ARGUMENTS.
parse_arguments() {
  AS_JSON=0 WORKSPACE=workspaces/default LIMIT=20 ARGUMENTS=()
  while (( $# > 0 )); do
    case $1 in
      --json) AS_JSON=1 ;;
      --workspace) WORKSPACE=${2:?--workspace needs a value}; shift ;;
      --limit) LIMIT=${2:?--limit needs a number}; shift ;;
      -h | --help) usage 0 ;;
      -*) die "unknown option '$1' (try --help)" ;;
      *) ARGUMENTS+=("$1") ;;
    esac
    shift
  done
  [[ $LIMIT =~ ^[0-9]{1,4}$ ]] || die "--limit: '$LIMIT' is not a number from 0 to 9999"
  export AS_JSON WORKSPACE LIMIT
}
