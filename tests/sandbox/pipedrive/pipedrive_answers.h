// Pipedrive's answers: {"success":true,"data":…} and its error bodies.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_ANSWERS_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_ANSWERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/http/api_message.h"

namespace fluxcascade::sandbox {

ApiResponse PipedriveData(int status, const nlohmann::json& data);
ApiResponse PipedriveData(int status, const nlohmann::json& data,
                          const nlohmann::json& additional_data);

ApiResponse PipedriveError(int status, absl::string_view error);

// What EntityStore's errors become.
ApiResponse PipedriveStoreError(const absl::Status& status);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_ANSWERS_H_
