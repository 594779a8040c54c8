#include "controlplane/api/hook_rate_limit.h"

#include "absl/strings/str_cat.h"

namespace fluxcascade {

absl::StatusOr<store::v1::HookRateLimit> ToStoredLimit(absl::string_view field,
                                                       const v1::HookRateLimit& limit) {
  if (limit.requests_per_second() < 1 || limit.requests_per_second() > kMostRequestsPerSecond) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".requests_per_second: must be 1 to ", kMostRequestsPerSecond, ", is ",
                     limit.requests_per_second(), "; to have no limit, leave ", field, " out"));
  }
  if (limit.burst() > kMostRequestsPerSecond) {
    return absl::InvalidArgumentError(absl::StrCat(field, ".burst: must be at most ",
                                                   kMostRequestsPerSecond, ", is ", limit.burst()));
  }
  store::v1::HookRateLimit stored;
  stored.set_requests_per_second(limit.requests_per_second());
  stored.set_burst(limit.burst());
  return stored;
}

v1::HookRateLimit ToApiLimit(const store::v1::HookRateLimit& limit) {
  v1::HookRateLimit api;
  api.set_requests_per_second(limit.requests_per_second());
  api.set_burst(limit.burst());
  return api;
}

}  // namespace fluxcascade
