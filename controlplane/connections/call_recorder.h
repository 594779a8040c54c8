// What the calls of one attempt were and how long they took, for the operator to see.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CALL_RECORDER_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CALL_RECORDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// What is kept of an answer's body.
inline constexpr size_t kResponsePreviewBytes = 1024;

// For one attempt, on one thread at a time.
class CallRecorder {
 public:
  void Record(absl::string_view phase, absl::Duration duration,
              const absl::StatusOr<HttpResponse>& response);

  // Phases in order (calls of the same phase in a row are added up), and of the last answer the
  // status and the first kResponsePreviewBytes of its body.
  void FillAttempt(store::v1::Attempt& attempt) const;

 private:
  std::vector<std::pair<std::string, absl::Duration>> phases_;
  int last_status_ = 0;
  std::string last_body_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CALL_RECORDER_H_
