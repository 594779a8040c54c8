# Sourced by tests/bench/edge: the request, and who sends it.
# shellcheck shell=bash

# The 250 bytes of an event as HubSpot sends them.
BODY='[{"eventId":1030198139,"subscriptionId":4578255,"portalId":242711451,"appId":19635961,"occurredAt":1769081993375,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":267448,"changeFlag":"CREATED","changeSource":"CRM_UI","sourceId":"u"}]'
(( ${#BODY} == 250 )) || die "the body has ${#BODY} bytes"

hmac() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$state/secret" | tr -d ' \n')" -binary; }

# sign_request [BODY_FILE]: writes the request for $HOOK_URL, signed now: good for five minutes.
sign_request() {
  local timestamp folder=$state/request
  timestamp=$(date +%s%3N)
  mkdir -p "$folder"
  if (( $# > 0 )); then cp "$1" "$folder/body"; else printf '%s' "$BODY" > "$folder/body"; fi
  printf 'POST' > "$folder/method"
  {
    printf 'Content-Type: application/json\n'
    printf 'X-HubSpot-Request-Timestamp: %s\n' "$timestamp"
    printf 'X-HubSpot-Signature-v3: %s\n' "$({ printf 'POST%s' "$HOOK_URL"; cat "$folder/body"; printf '%s' "$timestamp"; } | hmac | base64 -w 0)"
    # As GitHub's, which is what Debian's webhook verifies.
    printf 'X-Hub-Signature-256: sha256=%s\n' "$(hmac < "$folder/body" | od -An -v -tx1 | tr -d ' \n')"
  } > "$folder/headers"
}

# post_request URL [BODY_FILE]: the status that the signed request gets, or another body with its signatures.
post_request() {
  curl -s -o /dev/null -w '%{http_code}' --cacert "$state/certs/ca.pem" -H "@$state/request/headers" \
    --data-binary "@${2:-$state/request/body}" "$1" || true
}

# check_verifies URL CODE: fails unless the signed request is taken, and refused with this code once one of
# its bytes is another.
check_verifies() {
  local altered=$state/altered found
  { head -c -1 "$state/request/body"; printf ' '; } > "$altered"
  found=$(post_request "$1")
  [[ $found == 200 ]] || die "$1 answers the signed request with $found"
  found=$(post_request "$1" "$altered")
  [[ $found == "$2" ]] || die "$1 answers a request with a wrong signature with $found, and not with $2"
}

# load FOLDER URL CONNECTIONS SECONDS: wrk's findings as JSON, with the server's processor time.
load() {
  local folder=$1 url=$2 connections=$3 seconds=$4 before after found
  before=$(cpu_us "$SERVER_PID")
  found=$(REQUEST=$folder wrk -t1 -c"$connections" -d"${seconds}s" --timeout 10s --latency -s "$API_ROOT/tests/bench/lib/load.lua" "$url" |
    grep '^{') || die "wrk failed at $url"
  after=$(cpu_us "$SERVER_PID")
  [[ $(jq .failed <<< "$found") == 0 ]] || die "some requests to $url failed: $found"
  jq -c --argjson cpu $((after - before)) '. + {rate: (.requests / .seconds), cpu_us: ($cpu / .requests)}' <<< "$found"
}

# Each makes one handshake after the other.
HANDSHAKERS=4

# shake_hands URL SECONDS: full handshakes of TLS 1.3, as JSON, with the server's processor time. Not by
# wrk, which resumes all but the first of each connection.
shake_hands() {
  local address seconds=$2 before after begun i pids=()
  address=$(sed 's|https://\([^/]*\)/.*|\1|' <<< "$1")
  before=$(cpu_us "$SERVER_PID")
  begun=${EPOCHREALTIME/./}
  for (( i = 1; i <= HANDSHAKERS; ++i )); do
    openssl s_time -new -tls1_3 -time "$seconds" -connect "$address" > "$state/shaken-$i" 2>&1 &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || die "a handshake failed: $(tail -n 2 "$state"/shaken-*)"; done
  after=$(cpu_us "$SERVER_PID")
  # A line of marks, one a handshake: r for a resumed one.
  if grep -q '^[*a-z]*r' "$state"/shaken-*; then die "handshakes with $address were resumed"; fi
  # The seconds that it tells are whole ones.
  sed -n 's/^\([0-9]*\) connections in .* real seconds.*/\1/p' "$state"/shaken-* |
    awk -v cpu=$((after - before)) -v us=$((${EPOCHREALTIME/./} - begun)) \
      '{count += $1} END {printf "{\"rate\": %f, \"cpu_us\": %f}\n", count * 1e6 / us, cpu / count}'
}

# paced_p99_ms URL CONNECTIONS RATE SECONDS: the p99 latency at a rate that is held.
paced_p99_ms() {
  local url=$1 connections=$2 rate=$3 seconds=$4 log=$state/paced.log headers=()
  while read -r line; do headers+=(-H "$line"); done < "$state/request/headers"
  rm -f "$log"
  h2load --h1 -t1 -c"$connections" -D"$seconds" --warm-up-time=1 --rps="$(jq -n "$rate / $connections")" \
    -d "$state/request/body" "${headers[@]}" --log-file="$log" "$url" > "$state/paced.txt" 2>&1 ||
    die "h2load failed: $(tail -n 3 "$state/paced.txt")"
  # Start, status, microseconds.
  awk -F '\t' '$2 != 200 {failed = 1} {print $3} END {exit failed}' "$log" > "$state/paced.us" ||
    die "some paced requests to $url failed"
  (( $(wc -l < "$state/paced.us") * 10 >= rate * seconds * 9 )) ||
    die "at $url the generator kept up only $(( $(wc -l < "$state/paced.us") / seconds )) requests a second of $rate"
  sort -n "$state/paced.us" | awk '{v[NR] = $1} END {print v[int(NR * 0.99)] / 1000}'
}
