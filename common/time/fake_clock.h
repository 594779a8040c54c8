// A clock for tests that moves only when told to.
#ifndef FLUXCASCADE_COMMON_TIME_FAKE_CLOCK_H_
#define FLUXCASCADE_COMMON_TIME_FAKE_CLOCK_H_

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"

namespace fluxcascade {

// Thread-safe. Starts at 2026-01-01T00:00:00Z unless told otherwise.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1767225600)) : now_(now) {}

  absl::Time Now() const override;
  absl::Duration Monotonic() const override;

  void Advance(absl::Duration by);
  // Moves wall time alone, as when the machine's clock is set.
  void SetWallTime(absl::Time now);

 private:
  mutable Mutex mutex_;
  absl::Time now_ FC_GUARDED_BY(mutex_);
  absl::Duration monotonic_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TIME_FAKE_CLOCK_H_
