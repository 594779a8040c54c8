// When a request of the log was received.
#ifndef FLUXCASCADE_EDGE_LOG_RECEIVE_TIME_H_
#define FLUXCASCADE_EDGE_LOG_RECEIVE_TIME_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "edge/log/log_folder.h"

namespace fluxcascade::edge {

// Nothing when the request is not there, or can't be read: whoever reads it next will say why.
std::optional<absl::Time> ReceiveTimeOf(uint64_t sequence, const LogFolder& folder);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_RECEIVE_TIME_H_
