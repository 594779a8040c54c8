#include "controlplane/queue/executor.h"

#include "common/logging/logging.h"

namespace fluxcascade {

void LogAttemptEnd(absl::string_view delivery, const absl::Status& stored) {
  if (absl::IsAborted(stored)) {
    // Given back at a stop, or lost with its lease.
    Log(LogLevel::kInfo, "an attempt ended after its delivery was given back",
        {{"delivery", delivery}, {"status", stored}});
  } else if (!stored.ok()) {
    Log(LogLevel::kError, "the end of an attempt was not stored",
        {{"delivery", delivery}, {"error", stored}});
  }
}

}  // namespace fluxcascade
