// Keeps the calls of one account within its system's rate limit, as far as answers have told of it.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// Learns the limit from headers and refusals. Others may use the same account: what the last answer
// said counts, less the calls that are on their way. Before the first answer everything goes.
//
// Thread-safe; shared by all calls of an account. Time is an argument and nothing waits here.
class RateLimiter {
 public:
  // Zero: the call may be made, and Finish must follow. Else how long it must wait; then nothing
  // was begun.
  absl::Duration Start(absl::Time now);

  // The call begun by Start has ended: with what its answer said of the limit, and, when it was
  // refused for the limit's sake, how long no call may be made.
  void Finish(absl::Time now, const std::optional<RateLimitReading>& reading,
              std::optional<absl::Duration> refused_for);

  // Nothing before the first reading or refusal.
  std::optional<RateLimitState> State(absl::Time now) const;

 private:
  void Learn(absl::Time now, const RateLimitReading& reading) FC_REQUIRES(mutex_);

  mutable Mutex mutex_;
  int64_t in_flight_ FC_GUARDED_BY(mutex_) = 0;
  int64_t limit_ FC_GUARDED_BY(mutex_) = 0;  // 0: not known
  int64_t remaining_ FC_GUARDED_BY(mutex_) = 0;
  absl::Duration window_ FC_GUARDED_BY(mutex_);
  absl::Time window_end_ FC_GUARDED_BY(mutex_);
  absl::Time blocked_until_ FC_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::Time observe_time_ FC_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_
