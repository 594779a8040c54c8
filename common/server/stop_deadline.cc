#include "common/server/stop_deadline.h"

#include <unistd.h>

#include "common/logging/logging.h"

namespace fluxcascade {

StopDeadline::StopDeadline(absl::Duration limit)
    : thread_([this, limit] {
        if (!waker_.WaitFor(limit)) return;
        Log(LogLevel::kError, "something hangs, and stopping took too long: ending at once",
            {{"limit_seconds", limit}});
        _exit(kStopTimedOutExitCode);
      }) {}

StopDeadline::~StopDeadline() {
  waker_.Stop();
  thread_.join();
}

}  // namespace fluxcascade
