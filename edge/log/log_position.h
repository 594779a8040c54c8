// Whether the position that a pull names is one that the log has. Pure.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_POSITION_H_
#define FLUXCASCADE_EDGE_LOG_LOG_POSITION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "edge/log/log_codec.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

// Most that one Read may be asked for, in bytes.
inline constexpr uint32_t kMaxReadBytes = 2 << 20;

// kInvalidArgument unless `max_bytes` is 1 to kMaxReadBytes; no fault of the position.
absl::Status CheckPull(const v1::Pull& pull);

// All of these fill `error` and return its sentence as kDataLoss, or leave it alone and return OK.
// LOG_ID_MISMATCH, BEFORE_FIRST, PAST_END.
absl::Status CheckRange(const v1::Pull& pull, const v1::LogState& log, v1::PullError& error);
// DIVERGED: `chain` is that of the request at `after` in this log.
absl::Status CheckChain(const v1::Pull& pull, const Chain& chain, const v1::LogState& log,
                        v1::PullError& error);
// DATA_LOSS: request `damaged` is the one that can't be read.
absl::Status Unreadable(const v1::Pull& pull, uint64_t damaged, absl::string_view why,
                        const v1::LogState& log, v1::PullError& error);

// Whether a log in that state may take an acknowledgement. kOutOfRange: not of this log, or beyond
// its end.
absl::Status CheckAcknowledge(absl::string_view log_id, uint64_t through, const v1::LogState& log);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_POSITION_H_
