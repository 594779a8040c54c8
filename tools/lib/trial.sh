# Sourced by scripts that run sandbox, control plane and edge on loopback: starts and stops them under
# one state folder, and asks the sandbox.
# shellcheck shell=bash
#
# Sourced behind api.sh and certificates.sh.

# What is run: by default what Bazel has built.
SANDBOX_BIN=${SANDBOX_BIN:-$API_ROOT/bazel-bin/tests/sandbox/sandbox}
CONTROL_PLANE_BIN=${CONTROL_PLANE_BIN:-$API_ROOT/bazel-bin/controlplane/control_plane}
EDGE_BIN=${EDGE_BIN:-$API_ROOT/bazel-bin/edge/edge}

# All of it is on this machine: no proxy stands between.
export no_proxy=localhost,127.0.0.1 NO_PROXY=localhost,127.0.0.1

# check_sanitizer BINARY: after a build with a sanitizer bazel-bin holds what that has built, which is slower
# by far: it is taken only from where somebody has said so.
check_sanitizer() {
  grep -aqE '__(asan|tsan)_init|__ubsan_handle' "$1" || return 0
  [[ $1 != "$API_ROOT"/bazel-bin/* ]] ||
    die "$1 was built with a sanitizer: build it without one, or name it (SANDBOX_BIN, CONTROL_PLANE_BIN, EDGE_BIN)"
  printf 'with a sanitizer: %s\n' "$1" >&2
}

# open_trial NAME: makes the folder `state`; at the script's end the trial in it is stopped, and the
# folder goes unless `keep` is 1.
open_trial() {
  local binary
  for binary in "$SANDBOX_BIN" "$CONTROL_PLANE_BIN" "$EDGE_BIN"; do
    [[ -x $binary ]] || die "$binary is not there: bazel build //tests/sandbox //controlplane:control_plane //edge"
    check_sanitizer "$binary"
  done
  state=$(mktemp -d "${TMPDIR:-/tmp}/fluxcascade-$1.XXXXXX")
  trap close_trial EXIT
}
# A sanitizer's report fails it, whatever else was seen: of a process that is killed, its exit status
# says nothing.
# shellcheck disable=SC2317 # called by the trap
close_trial() {
  local status=$?
  stop_trial "$state"
  if grep -lsE 'ERROR: (Address|Leak)Sanitizer|WARNING: ThreadSanitizer|: runtime error: ' "$state"/*.log >&2; then
    printf 'FAILED: a sanitizer has reported into the logs above\n' >&2
    keep=1 status=1
  fi
  (( keep )) || rm -rf "$state"
  exit "$status"
}

# give_up WHY…: ends a trial that did not show what it should have, and keeps its logs.
give_up() {
  keep=1
  printf 'FAILED: %s; logs are in %s\n' "$*" "$state" >&2
  exit 1
}

# trial_certificates STATE: an authority, and certificates and keys for each process.
trial_certificates() {
  local certs=$1/certs
  mkdir -p "$certs"
  make_authority "$certs"
  local name
  for name in sandbox control-plane hooks; do
    make_certificate "$certs" "$name" "DNS:localhost,IP:127.0.0.1"
  done
  make_certificate "$certs" edge-1 "DNS:edge-1"
  for name in keyring edge-keyring; do
    printf 'k1 %s\n' "$(head -c 32 /dev/urandom | base64)" > "$1/$name"
  done
  chmod 600 "$1/keyring" "$1/edge-keyring" "$certs"/*.key
}

# start_process STATE NAME COMMAND…: runs it in the background; its log and process id are under STATE.
start_process() {
  local state=$1 name=$2
  shift 2
  "$@" >> "$state/$name.log" 2>&1 &
  echo $! > "$state/$name.pid"
}

# stop_process STATE NAME [SIGNAL]
stop_process() {
  local file=$1/$2.pid pid
  [[ -r $file ]] || return 0
  pid=$(< "$file")
  kill "-${3:-TERM}" "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  rm -f "$file"
}

is_running() {
  [[ -r $1/$2.pid ]] && kill -0 "$(< "$1/$2.pid")" 2> /dev/null
}

# until_true SECONDS COMMAND…: runs the command until it succeeds; fails when it never does.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    (( SECONDS < end )) || return 1
    sleep 0.1
  done
}

start_sandbox() {
  local state=$1
  rm -f "$state/sandbox.json"
  start_process "$state" sandbox "$SANDBOX_BIN" --tls_cert="$state/certs/sandbox.pem" \
    --tls_key="$state/certs/sandbox.key" --ca="$state/certs/ca.pem" --ready_file="$state/sandbox.json"
  until_true 20 test -s "$state/sandbox.json" || return 1
  HUBSPOT_URL=$(jq -r .hubspot "$state/sandbox.json")
  PIPEDRIVE_URL=$(jq -r .pipedrive "$state/sandbox.json")
  SINK_URL=$(jq -r .sink "$state/sandbox.json")
  ADMIN_URL=$(jq -r .admin "$state/sandbox.json")
  export HUBSPOT_URL PIPEDRIVE_URL SINK_URL ADMIN_URL
}

# ready_line STATE: the newest "ready" line of the control plane that is running.
ready_line() {
  tail -n +"$((CONTROL_PLANE_LOG_START + 1))" "$1/control-plane.log" 2> /dev/null |
    grep '"message":"control plane ready"'
}

# start_control_plane STATE [FLAGS…]: on the ports of an earlier start, if there was one.
start_control_plane() {
  local state=$1 ready
  shift
  touch "$state/control-plane.log"
  CONTROL_PLANE_LOG_START=$(wc -l < "$state/control-plane.log")
  start_process "$state" control-plane "$CONTROL_PLANE_BIN" --state_dir="$state/control-plane" \
    --api_listen="127.0.0.1:${API_PORT:-0}" --link_listen="127.0.0.1:${LINK_PORT:-0}" \
    --tls_cert="$state/certs/control-plane.pem" --tls_key="$state/certs/control-plane.key" \
    --edge_ca="$state/certs/ca.pem" --keyring="$state/keyring" --outgoing_ca="$state/certs/ca.pem" \
    --allow_private_addresses --hubspot_api="$HUBSPOT_URL" --pipedrive_api="$PIPEDRIVE_URL" \
    --pipedrive_oauth="$PIPEDRIVE_URL" "$@"
  until_true 20 ready_line "$state" > /dev/null || return 1
  ready=$(ready_line "$state")
  API_PORT=$(jq -r .api_port <<< "$ready")
  LINK_PORT=$(jq -r .link_port <<< "$ready")
  export FLUXCASCADE_API=127.0.0.1:$API_PORT FLUXCASCADE_CA=$state/certs/ca.pem
  export FLUXCASCADE_TOKEN_FILE=$state/control-plane/admin.token
  printf '%s=%q\n' FLUXCASCADE_API "$FLUXCASCADE_API" FLUXCASCADE_CA "$FLUXCASCADE_CA" \
    FLUXCASCADE_TOKEN_FILE "$FLUXCASCADE_TOKEN_FILE" > "$state/client.env"
}

# start_edge STATE [FLAGS…]
start_edge() {
  local state=$1
  shift
  rm -f "$state/edge.ready"
  start_process "$state" edge "$EDGE_BIN" --listen="127.0.0.1:${EDGE_PORT:-0}" \
    --tls_cert="$state/certs/hooks.pem" --tls_key="$state/certs/hooks.key" --log_dir="$state/edge-log" \
    --control_plane="localhost:$LINK_PORT" --link_ca="$state/certs/ca.pem" \
    --link_cert="$state/certs/edge-1.pem" --link_key="$state/certs/edge-1.key" \
    --config_key_file="$state/edge-keyring" --metrics_listen=127.0.0.1:0 --max_connections=1000 \
    --ready_file="$state/edge.ready" "$@"
  until_true 20 test -s "$state/edge.ready" || return 1
  EDGE_PORT=$(sed 's/.*://' "$state/edge.ready")
  export EDGE_PORT
}

# admin METHOD PATH [JSON]: asks the sandbox's admin API.
admin() {
  curl -sS --fail-with-body --cacert "$FLUXCASCADE_CA" -X "$1" "$ADMIN_URL/_admin$2" ${3:+-d "$3"}
}

# What an operator says to set up the main job; each prints a request.
app_request() {  # APP, as the sandbox gave it
  jq -n --argjson app "$1" '{parent: "workspaces/default", app_id: "hubspot", app: {
    system: "hubspot", display_name: "Our HubSpot app", external_id: ($app.appId | tostring),
    client_id: $app.clientId, client_secret: $app.clientSecret,
    webhook_credential: {developer_key: {key: $app.developerKey}}, edge_group: "edgeGroups/main"}}'
}
hubspot_connection_request() {  # REFRESH_TOKEN
  jq -n --arg refresh_token "$1" '{parent: "workspaces/default", connection_id: "hubspot", connection: {
    app: "workspaces/default/apps/hubspot", credential: {oauth: {$refresh_token}}}}'
}
pipedrive_connection_request() {  # API_TOKEN
  jq -n --arg token "$1" '{parent: "workspaces/default", connection_id: "pipedrive", connection: {
    app: "workspaces/default/apps/pipedrive", credential: {api_token: {$token}}}}'
}
mapping_request() {
  jq -n '{parent: "workspaces/default", mapping_id: "contacts", mapping: {
    source: {connection: "workspaces/default/connections/hubspot", object_type: "contact"},
    target: {connection: "workspaces/default/connections/pipedrive", object_type: "person"},
    fields: [{source_fields: ["firstname", "lastname"], target_field: "name", transforms: [{join: {separator: " "}}]},
             {source_fields: ["email"], target_field: "email", transforms: [{trim: {}}, {lower_case: {}}]},
             {source_fields: ["phone"], target_field: "phone"}],
    match_field: "email", delete_policy: "DELETE_POLICY_DELETE"}}'
}

# create_endpoint: one at the sink's /hook that hears of each person made; the sink knows its secret.
create_endpoint() {
  local endpoint
  endpoint=$(call_api EndpointService/CreateEndpoint "$(jq -n --arg url "$SINK_URL/hook" \
    '{parent: "workspaces/default", endpoint_id: "hook", endpoint: {$url, event_types: ["record.created"]}}')") &&
    admin PUT /sink/secret "$(jq '{path: "/hook", secret}' <<< "$endpoint")" > /dev/null
}

edge_connected() {
  call_api EdgeService/GetEdgeNode '{"name":"edgeNodes/edge-1"}' | jq -e '.state == "STATE_CONNECTED"' > /dev/null
}
create_edge_node() {
  call_api EdgeService/CreateEdgeGroup "$(jq -n --arg url "https://localhost:$EDGE_PORT" \
    '{edge_group_id: "main", edge_group: {public_base_url: $url}}')" > /dev/null &&
    call_api EdgeService/CreateEdgeNode '{"edge_node_id":"edge-1","edge_node":{"group":"edgeGroups/main"}}' > /dev/null
}
webhooks_active() {
  call_api ConnectionService/GetConnection '{"name":"workspaces/default/connections/hubspot"}' |
    jq -e '(.subscriptions | length) > 0 and all(.subscriptions[]; .state == "STATE_ACTIVE")' > /dev/null
}

# create_accounts: accounts, an app and tokens at the sandbox, in PORTAL, HUBSPOT_APP, HUBSPOT_GRANT and COMPANY.
create_accounts() {
  PORTAL=$(admin POST /hubspot/accounts '{}' | jq .portalId) &&
    HUBSPOT_APP=$(admin POST /hubspot/apps '{"rotatesRefreshTokens":true}') &&
    HUBSPOT_GRANT=$(admin POST "/hubspot/apps/$(jq .appId <<< "$HUBSPOT_APP")/install" "{\"portalId\":$PORTAL}") &&
    COMPANY=$(admin POST /pipedrive/companies '{}')
}

# start_trial STATE: everything up to real-time sync turned on and its webhooks active.
start_trial() {
  local state=$1
  mkdir -p "$state"
  trial_certificates "$state"
  start_sandbox "$state" && start_control_plane "$state" && start_edge "$state" && create_edge_node &&
    until_true 20 edge_connected && create_accounts &&
    call_api AppService/CreateApp "$(app_request "$HUBSPOT_APP")" > /dev/null &&
    call_api AppService/CreateApp '{"parent":"workspaces/default","app_id":"pipedrive","app":{"system":"pipedrive"}}' > /dev/null &&
    call_api ConnectionService/CreateConnection "$(hubspot_connection_request "$(jq -r .refreshToken <<< "$HUBSPOT_GRANT")")" > /dev/null &&
    call_api ConnectionService/CreateConnection "$(pipedrive_connection_request "$(jq -r .apiToken <<< "$COMPANY")")" > /dev/null &&
    call_api MappingService/CreateMapping "$(mapping_request)" > /dev/null &&
    call_api MappingService/EnableRealtimeSync '{"name":"workspaces/default/mappings/contacts"}' > /dev/null &&
    until_true 30 webhooks_active
}

stop_trial() {
  stop_process "$1" edge
  stop_process "$1" control-plane
  stop_process "$1" sandbox
}

# generate COUNT RATE [PREFIX]: contacts made at the sandbox's HubSpot.
generate() {
  admin POST /hubspot/contacts/generate "$(jq -n --argjson portalId "$PORTAL" --argjson count "$1" --argjson ratePerS "$2" \
    --arg prefix "${3:-load}" '{$portalId, $count, $ratePerS, $prefix}')" > /dev/null
}
generator_idle() {
  admin GET /hubspot/contacts/generate | jq -e 'all(.runs[]; .running | not)' > /dev/null &&
    admin GET '/hubspot/webhooks?limit=1' | jq -e '.unfinished == 0' > /dev/null
}
# settled: the control plane has read the edge's log to its end, and nothing waits or runs; and a second
# later, too, since it knows of the log's end only by what it read last.
settled() {
  settled_now && sleep 1 && settled_now
}
settled_now() {
  call_api EdgeService/GetEdgeNode '{"name":"edgeNodes/edge-1"}' |
    jq -e '.state == "STATE_CONNECTED" and .cursor == .lastSequence' > /dev/null &&
    call_api HealthService/GetSystemHealth '{"parent":"workspaces/default"}' |
    jq -e 'all(.inbound, .outbound; .pending == "0" and .running == "0")' > /dev/null
}
