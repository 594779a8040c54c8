// For tests: a log that is used one request at a time.
#ifndef FLUXCASCADE_EDGE_LOG_APPEND_AND_WAIT_H_
#define FLUXCASCADE_EDGE_LOG_APPEND_AND_WAIT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "edge/log/event_log.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

// A request with nothing but a body, a time and a hook.
v1::LoggedRequest RequestWithBody(const std::string& body);

// Waits until it is durable or refused.
absl::StatusOr<uint64_t> AppendAndWait(EventLog& log, v1::LoggedRequest request);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_APPEND_AND_WAIT_H_
