#include "tests/sandbox/pipedrive/pipedrive_answers.h"

#include <string>

namespace fluxcascade::sandbox {

using nlohmann::json;

ApiResponse PipedriveData(int status, const json& data) {
  return JsonResponse(status, {{"success", true}, {"data", data}});
}

ApiResponse PipedriveData(int status, const json& data, const json& additional_data) {
  return JsonResponse(status,
                      {{"success", true}, {"data", data}, {"additional_data", additional_data}});
}

ApiResponse PipedriveError(int status, absl::string_view error) {
  return JsonResponse(status, {{"success", false},
                               {"error", std::string(error)},
                               {"errorCode", status},
                               {"error_info", "Please check developers.pipedrive.com"},
                               {"data", nullptr},
                               {"additional_data", nullptr}});
}

ApiResponse PipedriveStoreError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return PipedriveError(404, status.message());
    case absl::StatusCode::kFailedPrecondition:
      return PipedriveError(410, status.message());
    default:
      return PipedriveError(400, status.message());
  }
}

}  // namespace fluxcascade::sandbox
