#include "common/server/watchdog.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/logging/logging.h"

namespace fluxcascade {

Watchdog::Watchdog(std::vector<LivenessProbe> probes,
                   std::function<void(absl::string_view state)> tell)
    : liveness_(std::move(probes)), tell_(std::move(tell)) {}

void Watchdog::Beat() {
  const std::vector<std::string> silent = liveness_.Check();
  if (silent.empty()) return tell_("WATCHDOG=1");
  Log(LogLevel::kError, "threads hang", {{"threads", absl::StrJoin(silent, ", ")}});
}

}  // namespace fluxcascade
