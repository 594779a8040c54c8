// How a loop waits: until a time, or until somebody has something for it.
#ifndef FLUXCASCADE_COMMON_TIME_WAKER_H_
#define FLUXCASCADE_COMMON_TIME_WAKER_H_

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

// Thread-safe. A wake-up that comes while nobody waits is kept (one is as good as many): the next
// wait returns at once.
class Waker {
 public:
  void Wake();

  // Wakes this wait and every later one.
  void Stop();

  // Waits at most `timeout` of real time. False once stopped: the loop must end.
  bool WaitFor(absl::Duration timeout);

  bool stopped() const;

 private:
  mutable Mutex mutex_;
  CondVar wake_;
  bool pending_ FC_GUARDED_BY(mutex_) = false;
  bool stopped_ FC_GUARDED_BY(mutex_) = false;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TIME_WAKER_H_
