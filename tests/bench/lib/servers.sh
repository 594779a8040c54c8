# Sourced by tests/bench/edge: the servers that are compared, each on loopback with the same certificate.
# shellcheck shell=bash
#
# Each start_… sets SERVER_PID and SERVER_URL once it answers.

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
  mkdir -p "$state/redis"
  start_process "$state" redis redis-server --port 0 --unixsocket "$state/redis.sock" --dir "$state/redis" \
    --appendonly yes --appendfsync always --save '' --daemonize no
  until_true 10 test -S "$state/redis.sock" || die "redis-server did not start: $(tail -n 3 "$state/redis.log")"
  start_process "$state" node node "$PEERS/server.js" "$port" "$state/certs/hooks.pem" \
    "$state/certs/hooks.key" "$state/redis.sock" "$HOOK_URL" "$state/secret"
  SERVER_URL=https://localhost:$port/v1/hooks/anything
  until_true 10 answers "$SERVER_URL" 200 || die "the node server did not start: $(tail -n 3 "$state/node.log")"
  SERVER_PID=$(< "$state/node.pid")
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
  SERVER_PID=$(< "$state/edge.pid")
}

# cpu_us PID: processor time that a process has used, in microseconds.
cpu_us() {
  awk -v ticks="$(getconf CLK_TCK)" '{print int(($14 + $15) * 1e6 / ticks)}' "/proc/$1/stat"
}

# resident_bytes PID
resident_bytes() {
  awk '/^VmRSS:/ {print $2 * 1024}' "/proc/$1/status"
}
