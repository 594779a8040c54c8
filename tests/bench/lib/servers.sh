# Sourced by tests/bench/edge: the servers that are compared, each on loopback with the same certificate.
# shellcheck shell=bash
#
# Each start_… sets SERVER_PID and SERVER_URL once it answers and was seen to verify signatures; nginx does
# not. stored_by_… tells how many requests a server has stored, and fails if they can't have been synced.

PEERS=$API_ROOT/tests/bench/peers

# free_port: one that nobody listens on.
free_port() {
  node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# answers URL CODE: whether a POST of the signed request is answered so.
answers() {
  [[ $(post_request "$1") == "$2" ]]
}

start_nginx() {
  local port
  port=$(free_port)
  sed -e "s|@STATE@|$state|g" -e "s|@PORT@|$port|g" "$PEERS/nginx.conf" > "$state/nginx.conf"
  start_process "$state" nginx nginx -c "$state/nginx.conf" -e "$state/nginx.log"
  SERVER_URL=https://localhost:$port/v1/hooks/anything
  until_true 10 answers "$SERVER_URL" 200 || die "nginx did not start: $(tail -n 3 "$state/nginx.log")"
  # What serves is the worker.
  SERVER_PID=$(pgrep -P "$(< "$state/nginx.pid")")
}

start_node_redis() {
  local port
  port=$(free_port)
  rm -rf "$state/redis"
  mkdir "$state/redis"
  start_process "$state" redis redis-server --port 0 --unixsocket "$state/redis.sock" --dir "$state/redis" \
    --appendonly yes --appendfsync always --save '' --daemonize no
  until_true 10 test -S "$state/redis.sock" || die "redis-server did not start: $(tail -n 3 "$state/redis.log")"
  start_process "$state" node node "$PEERS/server.js" "$port" "$state/certs/hooks.pem" \
    "$state/certs/hooks.key" "$state/redis.sock" "$HOOK_URL" "$state/secret"
  SERVER_URL=https://localhost:$port/v1/hooks/anything
  until_true 10 answers "$SERVER_URL" 200 || die "the node server did not start: $(tail -n 3 "$state/node.log")"
  check_verifies "$SERVER_URL" 401
  SERVER_PID=$(< "$state/node.pid")
}

ask_redis() { redis-cli -s "$state/redis.sock" "$@"; }

stored_by_redis() {
  [[ $(ask_redis config get appendfsync | tail -n 1) == always ]] || die "redis does not sync before it answers"
  ask_redis info persistence | tr -d '\r' > "$state/redis.info"
  grep -qx 'aof_enabled:1' "$state/redis.info" && grep -qx 'aof_last_write_status:ok' "$state/redis.info" ||
    die "redis has not stored what it was given: $(grep ^aof "$state/redis.info")"
  ask_redis xlen webhooks
}

# Debian's webhook runs a command for every request, and stores nothing.
start_webhook() {
  local port
  port=$(free_port)
  jq -n --rawfile secret "$state/secret" '[{id: "bench", "execute-command": "/bin/true", "trigger-rule": {match: {
    type: "payload-hmac-sha256", $secret, parameter: {source: "header", name: "X-Hub-Signature-256"}}}}]' > "$state/webhook.json"
  start_process "$state" webhook webhook -hooks "$state/webhook.json" -ip 127.0.0.1 -port "$port" -secure \
    -cert "$state/certs/hooks.pem" -key "$state/certs/hooks.key"
  SERVER_URL=https://localhost:$port/hooks/bench
  until_true 10 answers "$SERVER_URL" 200 || die "webhook did not start: $(tail -n 3 "$state/webhook.log")"
  # So it answers where a signature does not fit.
  check_verifies "$SERVER_URL" 500
  SERVER_PID=$(< "$state/webhook.pid")
}

# start_lone_edge LOG_FOLDER FLAGS…: an edge that has its hooks and no control plane to serve, which
# would take a part of the machine.
start_lone_edge() {
  local log=$1
  shift
  start_control_plane "$state" || die "the control plane did not start"
  start_edge "$state" --log_dir="$log" --max_connections=12000 --max_connections_per_address=12000 "$@" || die "the edge did not start"
  SERVER_URL=$HOOK_URL
  until_true 20 answers "$SERVER_URL" 200 || die "the edge does not take the request: $(tail -n 3 "$state/edge.log")"
  stop_process "$state" control-plane
  check_verifies "$SERVER_URL" 401
  SERVER_PID=$(< "$state/edge.pid")
}

# edge_metric NAME_AND_LABELS: a pattern, and the sum of what it finds.
edge_metric() {
  local address
  address=$(grep '"message":"edge ready"' "$state/edge.log" | tail -n 1 | jq -r .metrics_listen)
  curl -sS --fail "http://$address/metrics" | awk -v name="^fluxcascade_edge_$1 " '$0 ~ name {sum += $2} END {print sum + 0}'
}

# A group is what one sync makes durable: there can't be more in it than connections.
stored_by_edge() {
  local accepted syncs
  accepted=$(edge_metric 'requests_total{.*outcome="accepted"}')
  syncs=$(edge_metric 'stage_duration_seconds_count{stage="sync"}')
  (( syncs * MOST_CONNECTIONS >= accepted )) || die "the edge took $accepted requests with $syncs syncs"
  printf '%s\n' "$accepted"
}

# cpu_us PID: processor time that a process has used, in microseconds.
cpu_us() {
  awk -v ticks="$(getconf CLK_TCK)" '{print int(($14 + $15) * 1e6 / ticks)}' "/proc/$1/stat"
}

# resident_bytes PID
resident_bytes() {
  awk '/^VmRSS:/ {print $2 * 1024}' "/proc/$1/status"
}
