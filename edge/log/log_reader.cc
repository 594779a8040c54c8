#include "edge/log/log_reader.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/log/log_position.h"
#include "edge/log/read_batch.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {
namespace {

absl::Status Missing(uint64_t sequence) {
  return absl::DataLossError(absl::StrCat("request ", sequence, " of the log: it is missing"));
}

// The point behind the request at `pull.after()`, which must be what the pull says it is. Nothing:
// that request can't be read, and the pull says nothing of it.
absl::StatusOr<std::optional<LogPoint>> FindPosition(const LogFolder& folder, const v1::Pull& pull,
                                                     const LogPoint& tail,
                                                     const v1::LogState& state,
                                                     v1::PullError& error) {
  absl::StatusOr<LogPoint> point = pull.after() < tail.sequence ? tail : folder.EndOf(pull.after());
  if (!point.ok()) {
    // An operator who has accepted a gap asks for what comes after the damage.
    if (absl::IsUnavailable(point.status())) return point.status();
    if (pull.after_chain().empty()) return std::optional<LogPoint>();
    return Unreadable(pull, pull.after(), point.status().message(), state, error);
  }
  FC_RETURN_IF_ERROR(CheckChain(pull, point->chain, state, error));
  return *point;
}

}  // namespace

absl::StatusOr<EventLog::ReadResult> ReadLog(const LogFolder& folder, const LogPoint& tail,
                                             v1::LogState state, const v1::Pull& pull,
                                             v1::PullError& error) {
  FC_RETURN_IF_ERROR(CheckRange(pull, state, error));
  FC_ASSIGN_OR_RETURN(std::optional<LogPoint> point,
                      FindPosition(folder, pull, tail, state, error));

  ReadBatch batch(pull.max_bytes());
  uint64_t next = pull.after() + 1;
  absl::Status status =
      folder.Scan(next, state.next_sequence(), [&](const RecordView& record) -> absl::Status {
        if (point.has_value()) FC_RETURN_IF_ERROR(CheckStandsAt(record, *point));
        if (record.sequence != next) return Missing(next);
        point = record.End();
        FC_ASSIGN_OR_RETURN(v1::LoggedRequest request, ToRequest(record));
        if (!batch.Add(std::move(request))) return absl::CancelledError();
        next = record.sequence + 1;
        return absl::OkStatus();
      });
  const bool full = absl::IsCancelled(status);
  if (status.ok() && next < state.next_sequence()) status = Missing(next);
  // What precedes the damage is handed out first.
  if (!status.ok() && !full && batch.empty()) {
    if (absl::IsUnavailable(status)) return status;
    return Unreadable(pull, next, status.message(), state, error);
  }
  return EventLog::ReadResult{.requests = std::move(batch).Take(), .state = std::move(state)};
}

}  // namespace fluxcascade::edge
