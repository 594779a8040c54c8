// The rate limit of an app's hook, between API and store.
#ifndef FLUXCASCADE_CONTROLPLANE_API_HOOK_RATE_LIMIT_H_
#define FLUXCASCADE_CONTROLPLANE_API_HOOK_RATE_LIMIT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/app.pb.h"

namespace fluxcascade {

// As edges have it: an edge refuses a configuration with more.
inline constexpr uint32_t kMostRequestsPerSecond = 1000000;

// kInvalidArgument names the field within `field`, what was given and what is allowed.
absl::StatusOr<store::v1::HookRateLimit> ToStoredLimit(absl::string_view field,
                                                       const v1::HookRateLimit& limit);
v1::HookRateLimit ToApiLimit(const store::v1::HookRateLimit& limit);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_HOOK_RATE_LIMIT_H_
