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
// whose store is restored from an older copy can still read them. They are a convenience, and the
// first to go when the disk is short of space.
struct RetentionLimits {
  absl::Duration max_age = absl::Hours(72);
  uint64_t max_bytes = uint64_t{4} << 30;
  // What is kept behind the last request that all consumers have acknowledged. What is more counts
  // as acknowledged, as far as the primary has acknowledged it.
  uint64_t max_held_bytes = uint64_t{16} << 30;
  // How much one step drops, rounded up to a whole request.
  uint64_t max_step_bytes = uint64_t{256} << 20;
};

// What a step needs to know of the log.
struct RetentionView {
  LogPoint tail;
  // Behind the last request that all consumers have acknowledged.
  LogPoint acknowledged;
  // The last request that all had acknowledged `max_age` ago; 0: none.
  uint64_t old_enough = 0;
  // Of the log's head.
  uint64_t head_offset = 0;
  // How much more the disk should have free.
  uint64_t lacking_bytes = 0;
};

struct TrimPlan {
  // Where the log shall begin; its tail when there is nothing to do.
  LogPoint to;
  bool more = false;
};

// The first request between the tail and what the primary has acknowledged that begins at that
// offset or later; what is behind the latter where none does.
using FindOffset = std::function<absl::StatusOr<LogPoint>(uint64_t offset)>;
using EndOf = std::function<absl::StatusOr<LogPoint>(uint64_t sequence)>;

absl::StatusOr<TrimPlan> PlanTrim(const RetentionLimits& limits, const RetentionView& log,
                                  const FindOffset& find_offset, const EndOf& end_of);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_RETENTION_H_
