#include "tests/sandbox/hubspot/hubspot_errors.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "common/random/random.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

std::string NewCorrelationId() {
  const std::string hex = absl::BytesToHexString(SecureRandom().Bytes(16));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

json Body(absl::string_view category, absl::string_view message) {
  json body = {{"status", "error"},
               {"message", std::string(message)},
               {"correlationId", NewCorrelationId()}};
  if (!category.empty()) body["category"] = std::string(category);
  return body;
}

ApiResponse ValidationError(const absl::Status& status) {
  json body =
      Body("VALIDATION_ERROR", absl::StrCat("Property values were not valid: ", status.message()));
  const absl::StatusOr<json> refusals = ParseJson(status.message());
  if (refusals.ok() && refusals->is_array()) {
    for (const json& refusal : *refusals) {
      if (!refusal.is_object()) continue;
      body["errors"].push_back({{"message", refusal["message"]},
                                {"code", refusal["error"]},
                                {"context", {{"propertyName", json::array({refusal["name"]})}}}});
    }
  }
  return JsonResponse(400, body);
}

}  // namespace

ApiResponse HubSpotError(int status, absl::string_view category, absl::string_view message) {
  return JsonResponse(status, Body(category, message));
}

ApiResponse HubSpotError(int status, absl::string_view category, absl::string_view message,
                         const json& context) {
  json body = Body(category, message);
  body["context"] = context;
  return JsonResponse(status, body);
}

ApiResponse HubSpotAuthenticationError(const absl::Status& status, absl::Time now) {
  if (status.code() != absl::StatusCode::kDeadlineExceeded) {
    return HubSpotError(401, "INVALID_AUTHENTICATION",
                        "Authentication credentials not found. This API supports OAuth 2.0 "
                        "authentication and you can find more details at "
                        "https://developers.hubspot.com/docs/methods/auth/oauth-overview");
  }
  absl::Time expired = now;
  std::string error;
  absl::ParseTime(absl::RFC3339_full, status.message(), &expired, &error);
  return HubSpotError(401, "EXPIRED_AUTHENTICATION",
                      absl::StrCat("The OAuth token used to make this call expired ",
                                   absl::ToInt64Seconds(now - expired), " second(s) ago."),
                      {{"expire time", json::array({std::string(status.message())})}});
}

ApiResponse HubSpotCrmError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return HubSpotError(404, "OBJECT_NOT_FOUND", "resource not found");
    case absl::StatusCode::kAlreadyExists:
      return HubSpotError(409, "CONFLICT",
                          absl::StrCat("Contact already exists. Existing ID: ", status.message()));
    default:
      return ValidationError(status);
  }
}

ApiResponse HubSpotBodyError(absl::string_view what) {
  return HubSpotError(400, "VALIDATION_ERROR", absl::StrCat("Invalid input JSON: ", what));
}

}  // namespace fluxcascade::sandbox
