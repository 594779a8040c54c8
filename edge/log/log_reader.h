// Reads what a pull asks for out of a log's folder, and says what is wrong where it can't.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_READER_H_
#define FLUXCASCADE_EDGE_LOG_LOG_READER_H_

#include "absl/status/statusor.h"
#include "edge/log/event_log.h"
#include "edge/log/log_codec.h"
#include "edge/log/log_folder.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"

namespace fluxcascade::edge {

// As EventLog::Read, of a log that begins at `tail` and is in `state`; `state` becomes the
// result's. Nobody may trim the folder meanwhile.
absl::StatusOr<EventLog::ReadResult> ReadLog(const LogFolder& folder, const LogPoint& tail,
                                             v1::LogState state, const v1::Pull& pull,
                                             v1::PullError& error);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_READER_H_
