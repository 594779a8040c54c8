// What a hook's AckRule asks for.
#ifndef FLUXCASCADE_EDGE_ROUTING_ACK_RULE_H_
#define FLUXCASCADE_EDGE_ROUTING_ACK_RULE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Senders wait for 1 s to 10 s.
inline constexpr absl::Duration kShortestFallback = absl::Milliseconds(100);
inline constexpr absl::Duration kLongestFallback = absl::Seconds(10);

// How long after it was received a request may wait for the control plane's commit before its
// sender is answered without; nothing: it does not wait. kInvalidArgument begins with the field and
// says what it may be.
absl::StatusOr<std::optional<absl::Duration>> CommitWaitOf(const v1::Hook& hook);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_ACK_RULE_H_
