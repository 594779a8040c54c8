// Waiting, in tests, for what another thread or process does in its own time.
#ifndef FLUXCASCADE_COMMON_TESTING_EVENTUALLY_H_
#define FLUXCASCADE_COMMON_TESTING_EVENTUALLY_H_

#include <functional>

#include "absl/time/time.h"

namespace fluxcascade {

// Far more than anything takes that is only waited for, also on a busy machine and with a
// sanitizer.
inline constexpr absl::Duration kTestPatience = absl::Seconds(20);

// Until the condition holds: true. After kTestPatience: false.
[[nodiscard]] bool Eventually(const std::function<bool()>& condition);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TESTING_EVENTUALLY_H_
