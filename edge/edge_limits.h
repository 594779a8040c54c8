// What senders may take of an edge, in time and space: a flag for each limit. How many connections
// there may be, and how large a body, stands in edge_options.h.
#ifndef FLUXCASCADE_EDGE_EDGE_LIMITS_H_
#define FLUXCASCADE_EDGE_EDGE_LIMITS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "edge/http/connection_limits.h"
#include "edge/http/framer.h"
#include "edge/routing/rate_bucket.h"

namespace fluxcascade::edge {

// What the head of a request may take in a batch of the link, besides its body.
inline constexpr uint32_t kLargestHeadBytes = 64 << 10;

struct EdgeLimits {
  // But for max_body.
  FramerLimits framer;
  ConnectionLimits connection;
  // IPv6 addresses count by their first 64 bits.
  uint64_t max_connections_per_address = 1024;
  // Of all connections together.
  uint64_t max_body_bytes_under_way = uint64_t{256} << 20;
  // Answers held back until the control plane has committed their requests.
  uint64_t max_commit_waits = 16 * 1024;
  // Of hooks whose configuration names none.
  RateLimit hook_rate;
};

// From the process's flags. kInvalidArgument names the flag and says what it may be.
absl::StatusOr<EdgeLimits> EdgeLimitsFromFlags();

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_EDGE_LIMITS_H_
