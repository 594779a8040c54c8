// What an HTTP server has done so far.
#ifndef FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_
#define FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_

#include <atomic>
#include <cstdint>

#include "common/metrics/histogram.h"

namespace fluxcascade::edge {

// A reading of the counters; all but the connections that are open or parked, and the bytes of
// bodies, only grow.
struct HttpStats {
  uint64_t open_connections = 0;
  // Of those, the ones on which nothing of a request has come and no answer is due.
  uint64_t parked_connections = 0;
  uint64_t accepted_connections = 0;
  // Closed at once, because there were too many, and of these the ones of an address that had too
  // many.
  uint64_t refused_connections = 0;
  uint64_t refused_by_address = 0;
  uint64_t failed_handshakes = 0;
  // Of those that did not fail.
  uint64_t resumed_handshakes = 0;
  // Closed because the peer was too slow: handshake, head, body, or taking the answers.
  uint64_t timed_out_connections = 0;
  // What clients sent, without TLS.
  uint64_t received_bytes = 0;
  // Complete requests, whatever they asked for.
  uint64_t requests = 0;
  // Refused by the framer.
  uint64_t malformed_requests = 0;
  // What became of the requests to hooks.
  uint64_t accepted = 0;
  uint64_t unauthorized = 0;
  uint64_t too_large = 0;
  uint64_t rate_limited = 0;
  uint64_t unavailable = 0;
  // Of those, the ones whose answer was not known in time. What becomes of them in the end is
  // counted by the receiver, too.
  uint64_t late_answers = 0;
  // Answered 503 before their bodies were read, because too many bytes of bodies were under way.
  uint64_t refused_bodies = 0;
  // Of bodies that are under way at present.
  uint64_t body_bytes = 0;

  // From accepting a connection to the end of its handshake.
  HistogramReading handshake;
  // From a request's first byte to its last; as exact as a turn of the loop.
  HistogramReading read;
  // From a webhook's last byte to when its answer was known.
  HistogramReading answer;
};

// Written by one loop's thread (`open_connections` also by the one that accepts), read by any.
struct HttpCounters {
  using Counter = std::atomic<uint64_t>;

  static void Add(Counter& counter, uint64_t value = 1) {
    counter.fetch_add(value, std::memory_order_relaxed);
  }

  Counter open_connections{0};
  Counter parked_connections{0};
  Counter accepted_connections{0};
  Counter refused_connections{0};
  Counter refused_by_address{0};
  Counter failed_handshakes{0};
  Counter resumed_handshakes{0};
  Counter timed_out_connections{0};
  Counter received_bytes{0};
  Counter requests{0};
  Counter malformed_requests{0};
  Counter accepted{0};
  Counter unauthorized{0};
  Counter too_large{0};
  Counter rate_limited{0};
  Counter unavailable{0};
  Counter late_answers{0};
  Counter refused_bodies{0};
  Histogram handshake;
  Histogram read;
  Histogram answer;

  void AddTo(HttpStats* stats) const;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_
