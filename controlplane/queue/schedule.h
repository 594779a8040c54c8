// When a failed attempt is made again. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_SCHEDULE_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_SCHEDULE_H_

#include <optional>

#include "absl/time/time.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// Inbound: 5 attempts, the retries at once and after 1, 5 and 30 minutes. Outbound: 6, the retries
// after 1, 5 and 15 minutes, 1 and 4 hours.
int MaxAttempts(store::v1::Direction direction);

// When to try again after `attempt_count` attempts (at least 1), the last of which ended at `end`;
// nothing when there is to be no other.
std::optional<absl::Time> NextAttempt(store::v1::Direction direction, int attempt_count,
                                      absl::Time end);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_SCHEDULE_H_
