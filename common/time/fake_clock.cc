#include "common/time/fake_clock.h"

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

absl::Duration FakeClock::Monotonic() const {
  MutexLock lock(mutex_);
  return monotonic_;
}

void FakeClock::Advance(absl::Duration by) {
  MutexLock lock(mutex_);
  now_ += by;
  monotonic_ += by;
}

void FakeClock::SetWallTime(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

}  // namespace fluxcascade
