#include "edge/log/receive_time.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "edge/log/log_codec.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

std::optional<absl::Time> ReceiveTimeOf(uint64_t sequence, const LogFolder& folder) {
  std::optional<absl::Time> time;
  const absl::Status read =
      folder.Scan(sequence, sequence + 1, [&time](const RecordView& record) -> absl::Status {
        FC_ASSIGN_OR_RETURN(const v1::LoggedRequest request, ToRequest(record));
        time = FromProto(request.receive_time());
        return absl::OkStatus();
      });
  return read.ok() ? time : std::nullopt;
}

}  // namespace fluxcascade::edge
