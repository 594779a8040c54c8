#include "controlplane/connections/call_recorder.h"

#include "common/proto_time/proto_time.h"
#include "common/text/utf8.h"

namespace fluxcascade {

void CallRecorder::Record(absl::string_view phase, absl::Duration duration,
                          const absl::StatusOr<HttpResponse>& response) {
  if (!phases_.empty() && phases_.back().first == phase) {
    phases_.back().second += duration;
  } else {
    phases_.emplace_back(phase, duration);
  }
  if (!response.ok()) return;
  last_status_ = response->status;
  last_body_ = response->body.substr(0, kResponsePreviewBytes);
}

void CallRecorder::FillAttempt(store::v1::Attempt& attempt) const {
  for (const auto& [name, duration] : phases_) {
    store::v1::Phase& phase = *attempt.add_phases();
    phase.set_name(name);
    *phase.mutable_duration() = ToProto(duration);
  }
  attempt.set_http_status(last_status_);
  attempt.set_response_preview(Utf8Preview(last_body_, kResponsePreviewBytes));
}

}  // namespace fluxcascade
