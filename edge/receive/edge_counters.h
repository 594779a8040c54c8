// What the edge counts since it started.
#ifndef FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_
#define FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace fluxcascade::edge {

struct EdgeCounters {
  // Verified and durable.
  std::atomic<uint64_t> accepted{0};
  // Unknown token, or not verified.
  std::atomic<uint64_t> rejected{0};
  // Answered 503: the log did not take it, or there is no configuration.
  std::atomic<uint64_t> unavailable{0};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_EDGE_COUNTERS_H_
