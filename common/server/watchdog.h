// The service manager's watchdog is fed while every thread that matters gets on.
#ifndef FLUXCASCADE_COMMON_SERVER_WATCHDOG_H_
#define FLUXCASCADE_COMMON_SERVER_WATCHDOG_H_

#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/server/liveness.h"

namespace fluxcascade {

// For one thread.
class Watchdog {
 public:
  // `tell` gets `WATCHDOG=1`.
  Watchdog(std::vector<LivenessProbe> probes, std::function<void(absl::string_view state)> tell);

  // How often Beat is to be called when the manager wants to hear within `timeout`. A thread may
  // then be slow for half of that, and none that hangs is missed.
  static absl::Duration IntervalFor(absl::Duration timeout) { return timeout / 4; }

  // Tells the manager that the process lives, unless a thread has not answered since the last time:
  // then the log names it.
  void Beat();

 private:
  Liveness liveness_;
  const std::function<void(absl::string_view state)> tell_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_WATCHDOG_H_
