// The only source of the current time. Everything that schedules takes a Clock or, better, a time.
#ifndef FLUXCASCADE_COMMON_TIME_CLOCK_H_
#define FLUXCASCADE_COMMON_TIME_CLOCK_H_

#include "absl/time/time.h"

namespace fluxcascade {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time; may jump when the machine's clock is set.
  virtual absl::Time Now() const = 0;

  // Never goes back; its zero has no meaning. For measuring how long a thing took.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clock. Lives as long as the process.
const Clock& SystemClock();

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TIME_CLOCK_H_
