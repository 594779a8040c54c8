#include "edge/http/http_counters.h"

namespace fluxcascade::edge {

void HttpCounters::AddTo(HttpStats* stats) const {
  const auto add = [](uint64_t& sum, const Counter& counter) {
    sum += counter.load(std::memory_order_relaxed);
  };
  add(stats->open_connections, open_connections);
  add(stats->parked_connections, parked_connections);
  add(stats->accepted_connections, accepted_connections);
  add(stats->refused_connections, refused_connections);
  add(stats->refused_by_address, refused_by_address);
  add(stats->failed_handshakes, failed_handshakes);
  add(stats->resumed_handshakes, resumed_handshakes);
  add(stats->timed_out_connections, timed_out_connections);
  add(stats->received_bytes, received_bytes);
  add(stats->requests, requests);
  add(stats->malformed_requests, malformed_requests);
  add(stats->accepted, accepted);
  add(stats->unauthorized, unauthorized);
  add(stats->too_large, too_large);
  add(stats->rate_limited, rate_limited);
  add(stats->unavailable, unavailable);
  add(stats->late_answers, late_answers);
  add(stats->refused_bodies, refused_bodies);
  handshake.AddTo(&stats->handshake);
  read.AddTo(&stats->read);
  answer.AddTo(&stats->answer);
}

}  // namespace fluxcascade::edge
