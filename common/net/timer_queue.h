// Timers in the order in which they are due. Knows no clock: time is an argument.
#ifndef FLUXCASCADE_COMMON_NET_TIMER_QUEUE_H_
#define FLUXCASCADE_COMMON_NET_TIMER_QUEUE_H_

#include <cstdint>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace fluxcascade {

// Never 0 for a timer that was added, so 0 may stand for none.
using TimerId = uint64_t;

// For one thread. Adding and cancelling cost O(log n).
class TimerQueue {
 public:
  using Callback = absl::AnyInvocable<void()>;

  // `due` is on the monotonic clock. Timers due at the same time run in the order of adding.
  TimerId Add(absl::Duration due, Callback callback);

  // True if it was waiting; it will not run. A timer that has run, or 0, is no error.
  bool Cancel(TimerId id);

  // Runs what is due at `now`, one after another. A callback may add and cancel; what it adds runs
  // at the next call at the earliest, however soon it is due.
  void RunDue(absl::Duration now);

  // When the next one is due; infinite if there is none.
  absl::Duration next_due() const;

  size_t size() const { return timers_.size(); }

 private:
  using Key = std::pair<absl::Duration, TimerId>;

  std::map<Key, Callback> timers_;
  absl::flat_hash_map<TimerId, absl::Duration> due_by_id_;
  TimerId last_id_ = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TIMER_QUEUE_H_
