// Keeps the calls of one account within its system's rate limit, as far as answers have told of it.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// Learns the limit from headers and refusals, and takes it for a rolling window, which is right for
// fixed ones too: a call counts from its start until one window after its end, so that no window of
// the system's own clock ever holds more than the limit. What answers report beyond our own calls,
// others have used; it counts for one window. Before the first answer everything goes.
//
// Callers are served in the order in which they came. Thread-safe; shared by all calls of an
// account; nothing waits here.
class RateLimiter {
 public:
  // Times are the clock's monotonic ones, so that setting the machine's clock blocks nobody.
  explicit RateLimiter(const Clock& clock) : clock_(clock) {}

  // A caller's place in the line, from its making until its call begins or it goes.
  class Turn {
   public:
    explicit Turn(RateLimiter& limiter);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    // Zero: the call may be made, and the limiter's Finish must follow. Else when to ask again at
    // the soonest; by then those ahead can have had their turns.
    absl::Duration Start();

   private:
    RateLimiter& limiter_;
    const int64_t number_;
  };

  // A call that was begun has ended: with what its answer said of the limit, and, when it was
  // refused for the limit's sake, how long no call may be made.
  void Finish(const std::optional<RateLimitReading>& reading,
              std::optional<absl::Duration> refused_for);

  // Nothing before the first reading or refusal.
  std::optional<RateLimitState> State() const;

 private:
  int64_t Join();
  void Leave(int64_t number);
  absl::Duration Start(int64_t number);

  void Learn(const RateLimitReading& reading, absl::Duration now) FC_REQUIRES(mutex_);
  // The oldest of our ended calls that counts still.
  std::deque<absl::Duration>::const_iterator FirstCounted(absl::Duration now) const
      FC_REQUIRES(mutex_);
  int64_t OwnCalls(absl::Duration now) const FC_REQUIRES(mutex_);
  // How many calls may begin now; below zero, how many too many there are.
  int64_t FreeAt(absl::Duration now) const FC_REQUIRES(mutex_);
  // How long until `count` more calls may begin.
  absl::Duration UntilFree(int64_t count, absl::Duration now) const FC_REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::set<int64_t> line_ FC_GUARDED_BY(mutex_);
  int64_t next_number_ FC_GUARDED_BY(mutex_) = 0;

  int64_t limit_ FC_GUARDED_BY(mutex_) = 0;  // 0: not known
  absl::Duration window_ FC_GUARDED_BY(mutex_);
  int64_t in_flight_ FC_GUARDED_BY(mutex_) = 0;
  // When our calls ended, the oldest first; at most `limit_`.
  std::deque<absl::Duration> ended_ FC_GUARDED_BY(mutex_);
  int64_t used_by_others_ FC_GUARDED_BY(mutex_) = 0;
  absl::Duration others_until_ FC_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration blocked_until_ FC_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Time observe_time_ FC_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_RATE_LIMITER_H_
