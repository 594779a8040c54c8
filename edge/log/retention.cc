#include "edge/log/retention.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/statusor.h"
#include "common/status/status_macros.h"
#include "edge/log/log_codec.h"

namespace fluxcascade::edge {

absl::StatusOr<TrimPlan> PlanTrim(const RetentionLimits& limits, const RetentionView& log,
                                  const FindOffset& find_offset, const EndOf& end_of) {
  LogPoint acknowledged = log.acknowledged;
  if (log.head_offset > acknowledged.offset + limits.max_held_bytes) {
    FC_ASSIGN_OR_RETURN(acknowledged, find_offset(log.head_offset - limits.max_held_bytes));
  }
  LogPoint to = log.tail;
  const uint64_t old_enough = std::min(log.old_enough, acknowledged.sequence - 1);
  if (old_enough >= to.sequence) {
    FC_ASSIGN_OR_RETURN(to, end_of(old_enough));
  }
  if (acknowledged.offset - to.offset > limits.max_bytes) {
    FC_ASSIGN_OR_RETURN(to, find_offset(acknowledged.offset - limits.max_bytes));
  }
  const uint64_t wanted = std::min(log.tail.offset + log.lacking_bytes, acknowledged.offset);
  if (wanted > to.offset) {
    FC_ASSIGN_OR_RETURN(to, find_offset(wanted));
  }
  if (to.offset - log.tail.offset <= limits.max_step_bytes) return TrimPlan{.to = to};

  FC_ASSIGN_OR_RETURN(const LogPoint step, find_offset(log.tail.offset + limits.max_step_bytes));
  return TrimPlan{.to = step, .more = step.sequence < to.sequence};
}

}  // namespace fluxcascade::edge
