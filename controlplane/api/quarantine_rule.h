// The rule by which edges keep an app's refused webhooks.
#ifndef FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_RULE_H_
#define FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_RULE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/app.pb.h"

namespace fluxcascade {

// Of fluxcascade.edge.v1.QuarantineRule: an edge refuses a configuration with others.
inline constexpr uint32_t kMaxQuarantineRequests = 100000;
inline constexpr uint64_t kMinQuarantineBytes = 4096;
inline constexpr uint64_t kMaxQuarantineBytes = uint64_t{1} << 30;

// kInvalidArgument, naming the member of `field`, for a number outside its limits.
absl::StatusOr<store::v1::QuarantineRule> ToStoredRule(absl::string_view field,
                                                       const v1::QuarantineRule& given);

v1::QuarantineRule ToApiRule(const store::v1::QuarantineRule& stored);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_RULE_H_
