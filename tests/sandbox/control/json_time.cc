#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

std::string SecondsText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

double MillisOf(absl::Duration duration) { return absl::ToDoubleMilliseconds(duration); }

double UnixMillisOf(absl::Time time) { return MillisOf(time - absl::UnixEpoch()); }

}  // namespace fluxcascade::sandbox
