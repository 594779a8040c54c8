#include "tests/sandbox/control/api_front.h"

#include <optional>

namespace fluxcascade::sandbox {
namespace {

// Tokens travel in forms too; nobody needs their bodies.
bool HoldsCredentials(const ApiRequest& request) {
  return request.target.find("/oauth/") != std::string::npos;
}

}  // namespace

ApiResponse ApiFront::Handle(const ApiRequest& request) {
  const std::optional<Fault> fault = faults_.Hit(request.method, request.target, request.body);
  const absl::Duration wait = latency() + (fault ? fault->delay : absl::ZeroDuration());
  if (wait > absl::ZeroDuration()) sleep_(wait);
  ApiResponse response = Answer(request, fault ? &*fault : nullptr);

  CallRecord record;
  record.method = request.method;
  record.target = MaskCredentials(request.target);
  if (!HoldsCredentials(request)) {
    record.request_body = request.body;
    record.response_body = response.body;
  }
  record.status = response.drop_connection ? 0 : response.status;
  if (fault) record.fault_id = fault->id;
  record.receive_time = request.receive_time;
  record.answer_time = clock_.Now();
  calls_.Add(std::move(record));
  return response;
}

ApiResponse ApiFront::Answer(const ApiRequest& request, const Fault* fault) {
  if (fault != nullptr && fault->drop == FaultDrop::kBefore) {
    ApiResponse dropped;
    dropped.drop_connection = true;
    return dropped;
  }
  if (fault != nullptr && fault->status != 0) {
    ApiResponse faulty;
    faulty.status = fault->status;
    faulty.body = fault->body;
    faulty.headers = fault->headers;
    return faulty;
  }
  ApiResponse response = handler_(request);
  if (fault != nullptr) {
    response.drop_connection = fault->drop == FaultDrop::kAfter;
    response.headers.insert(response.headers.end(), fault->headers.begin(), fault->headers.end());
  }
  return response;
}

}  // namespace fluxcascade::sandbox
