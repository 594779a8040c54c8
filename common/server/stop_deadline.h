// Bounds the time that a stop may take, whatever hangs.
#ifndef FLUXCASCADE_COMMON_SERVER_STOP_DEADLINE_H_
#define FLUXCASCADE_COMMON_SERVER_STOP_DEADLINE_H_

#include <thread>

#include "absl/time/time.h"
#include "common/time/waker.h"

namespace fluxcascade {

// What a process ends with that could not stop in time.
inline constexpr int kStopTimedOutExitCode = 3;

// Unless it is destroyed within `limit` of real time, the process ends at once, as if it were
// killed, with a line in its log. For processes that a kill does not harm.
class StopDeadline {
 public:
  explicit StopDeadline(absl::Duration limit);
  ~StopDeadline();

  StopDeadline(const StopDeadline&) = delete;
  StopDeadline& operator=(const StopDeadline&) = delete;

 private:
  Waker waker_;
  std::thread thread_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_STOP_DEADLINE_H_
