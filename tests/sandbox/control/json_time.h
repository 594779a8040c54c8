// Times in JSON.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_JSON_TIME_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_JSON_TIME_H_

#include <string>

#include "absl/time/time.h"

namespace fluxcascade::sandbox {

// 2026-01-01T00:00:00.000Z
std::string TimeText(absl::Time time);
// 2026-01-01T00:00:00Z
std::string SecondsText(absl::Time time);
// Milliseconds, with a fraction.
double MillisOf(absl::Duration duration);
// Milliseconds since 1970, with a fraction.
double UnixMillisOf(absl::Time time);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_JSON_TIME_H_
