// How far a log may be trimmed.
#ifndef FLUXCASCADE_EDGE_LOG_RETENTION_H_
#define FLUXCASCADE_EDGE_LOG_RETENTION_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "edge/log/log_codec.h"

namespace fluxcascade::edge {

// Acknowledged requests are kept for so long and up to so much, whichever is less: a control plane
// whose store is restored from an older copy can still read them.
struct RetentionLimits {
  absl::Duration max_age = absl::Hours(72);
  uint64_t max_bytes = uint64_t{4} << 30;
  // How much one step drops, rounded up to a whole request.
  uint64_t max_step_bytes = uint64_t{256} << 20;
};

// What a step needs to know of the log.
struct RetentionView {
  LogPoint tail;
  // Behind the last acknowledged request.
  LogPoint acknowledged;
  // The last request that was acknowledged `max_age` ago; 0: none.
  uint64_t old_enough = 0;
};

struct TrimPlan {
  // Where the log shall begin; its tail when there is nothing to do.
  LogPoint to;
  bool more = false;
};

// The first request between tail and acknowledged that begins at that offset or later.
using FindOffset = std::function<absl::StatusOr<LogPoint>(uint64_t offset)>;
using EndOf = std::function<absl::StatusOr<LogPoint>(uint64_t sequence)>;

absl::StatusOr<TrimPlan> PlanTrim(const RetentionLimits& limits, const RetentionView& log,
                                  const FindOffset& find_offset, const EndOf& end_of);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_RETENTION_H_
