// What an HTTP server has done so far.
#ifndef FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_
#define FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace fluxcascade::edge {

// A reading of the counters; all but `open_connections` only grow.
struct HttpStats {
  uint64_t open_connections = 0;
  uint64_t accepted_connections = 0;
  // Closed at once, because there were too many.
  uint64_t refused_connections = 0;
  uint64_t failed_handshakes = 0;
  // Closed because the peer was too slow: handshake, head, body, or taking the answer.
  uint64_t timed_out_connections = 0;
  // Complete requests, whatever they asked for.
  uint64_t requests = 0;
  // Refused by the framer.
  uint64_t malformed_requests = 0;
  // What became of the requests to hooks.
  uint64_t accepted = 0;
  uint64_t unauthorized = 0;
  uint64_t too_large = 0;
  uint64_t unavailable = 0;
};

// Written by one loop's thread (`open_connections` also by the one that accepts), read by any.
struct HttpCounters {
  using Counter = std::atomic<uint64_t>;

  static void Add(Counter& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

  Counter open_connections{0};
  Counter accepted_connections{0};
  Counter refused_connections{0};
  Counter failed_handshakes{0};
  Counter timed_out_connections{0};
  Counter requests{0};
  Counter malformed_requests{0};
  Counter accepted{0};
  Counter unauthorized{0};
  Counter too_large{0};
  Counter unavailable{0};

  void AddTo(HttpStats* stats) const;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HTTP_COUNTERS_H_
