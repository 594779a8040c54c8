// When an app's webhooks are answered, as the API gives it and as it is stored.
#ifndef FLUXCASCADE_CONTROLPLANE_API_ACK_RULES_H_
#define FLUXCASCADE_CONTROLPLANE_API_ACK_RULES_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/app.pb.h"

namespace fluxcascade {

// What an edge takes; edge/v1/hook.proto says the same. Systems wait for 1 s to 10 s.
inline constexpr absl::Duration kShortestFallback = absl::Milliseconds(100);
inline constexpr absl::Duration kLongestFallback = absl::Seconds(10);

// kInvalidArgument names the field of the app, what was given and what is allowed.
absl::StatusOr<store::v1::AckRule> ToStoredAckRule(const v1::AckRule& given);

v1::AckRule ToApiAckRule(const store::v1::AckRule& stored);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_ACK_RULES_H_
