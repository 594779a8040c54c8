// Those who read a log, each from a position of its own, by name.
#ifndef FLUXCASCADE_EDGE_LOG_CONSUMER_NAME_H_
#define FLUXCASCADE_EDGE_LOG_CONSUMER_NAME_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade::edge {

// Every log has this one: what it has not acknowledged is kept whatever happens.
inline constexpr absl::string_view kPrimaryConsumer = "primary";
// Besides that one.
inline constexpr size_t kMaxFurtherConsumers = 8;
inline constexpr size_t kMaxConsumerName = 32;

struct ConsumerPosition {
  std::string name;
  // The last request that it acknowledged; 0: none.
  uint64_t acknowledged = 0;
  // What it has not acknowledged of what is kept.
  uint64_t lag_requests = 0;
  // When the first of these was received; nothing if there is none.
  std::optional<absl::Time> oldest_unacknowledged;
  // Since the process started: dropped before it acknowledged them, because it lagged too far.
  uint64_t lost_requests = 0;
};

// kInvalidArgument, saying what is allowed, unless `names` are at most kMaxFurtherConsumers, all
// different, none the primary's, and each 1 to kMaxConsumerName characters of a-z, 0-9 and -.
absl::Status CheckFurtherConsumers(const std::vector<std::string>& names);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_CONSUMER_NAME_H_
