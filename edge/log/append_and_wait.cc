#include "edge/log/append_and_wait.h"

#include <cstdint>
#include <future>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "edge/log/event_log.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"

namespace fluxcascade::edge {

v1::LoggedRequest RequestWithBody(const std::string& body) {
  v1::LoggedRequest request;
  request.mutable_receive_time()->set_seconds(1767225600);
  request.set_hook_id("hook-1");
  request.set_body(body);
  return request;
}

absl::StatusOr<uint64_t> AppendAndWait(EventLog& log, v1::LoggedRequest request) {
  std::promise<absl::StatusOr<uint64_t>> promise;
  std::future<absl::StatusOr<uint64_t>> future = promise.get_future();
  log.Append(std::move(request), [&promise](absl::StatusOr<uint64_t> sequence) {
    promise.set_value(std::move(sequence));
  });
  return future.get();
}

}  // namespace fluxcascade::edge
