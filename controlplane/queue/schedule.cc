#include "controlplane/queue/schedule.h"

#include <optional>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/check/check.h"

namespace fluxcascade {
namespace {

using store::v1::Direction;

// The n-th entry comes between attempts n and n + 1, from the end of the one to the next.
constexpr absl::Duration kInboundDelays[] = {absl::ZeroDuration(), absl::Minutes(1),
                                             absl::Minutes(5), absl::Minutes(30)};
constexpr absl::Duration kOutboundDelays[] = {absl::Minutes(1), absl::Minutes(5), absl::Minutes(15),
                                              absl::Hours(1), absl::Hours(4)};

absl::Span<const absl::Duration> DelaysOf(Direction direction) {
  FC_CHECK(direction == store::v1::DIRECTION_INBOUND || direction == store::v1::DIRECTION_OUTBOUND);
  if (direction == store::v1::DIRECTION_INBOUND) return kInboundDelays;
  return kOutboundDelays;
}

}  // namespace

int MaxAttempts(Direction direction) { return static_cast<int>(DelaysOf(direction).size()) + 1; }

std::optional<absl::Time> NextAttempt(Direction direction, int attempt_count, absl::Time end) {
  FC_CHECK(attempt_count >= 1);
  if (attempt_count >= MaxAttempts(direction)) return std::nullopt;
  return end + DelaysOf(direction)[attempt_count - 1];
}

}  // namespace fluxcascade
