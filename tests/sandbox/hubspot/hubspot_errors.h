// HubSpot's error bodies.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_ERRORS_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/http/api_message.h"

namespace fluxcascade::sandbox {

// {"status":"error","message":…,"correlationId":…,"category":…}
ApiResponse HubSpotError(int status, absl::string_view category, absl::string_view message);
ApiResponse HubSpotError(int status, absl::string_view category, absl::string_view message,
                         const nlohmann::json& context);

// 401 for what AccountRegistry::Authenticate says.
ApiResponse HubSpotAuthenticationError(const absl::Status& status, absl::Time now);

// What CrmStore's errors become.
ApiResponse HubSpotCrmError(const absl::Status& status);

// 400 for a body that is not the JSON that was expected.
ApiResponse HubSpotBodyError(absl::string_view what);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_ERRORS_H_
