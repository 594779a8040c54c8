// What the routes of the admin API have in common.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_ADMIN_REQUEST_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_ADMIN_REQUEST_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/sandbox/http/api_message.h"
#include "tests/sandbox/http/router.h"

namespace fluxcascade::sandbox {

// 400 with {"error": …}, or 404 for kNotFound.
ApiResponse AdminError(const absl::Status& status);

// A handler that gets the request's JSON body ({} when there is none) and gives what is answered.
using AdminHandler =
    std::function<absl::StatusOr<nlohmann::json>(const ApiRequest&, const nlohmann::json& body)>;

void AddAdminRoute(Router& router, const std::string& method, const std::string& pattern,
                   AdminHandler handler);

// Members of a body; `fallback` where they are missing, kInvalidArgument where they are of another
// type.
absl::StatusOr<int64_t> IntegerMember(const nlohmann::json& body, const std::string& name,
                                      int64_t fallback);
absl::StatusOr<double> NumberMember(const nlohmann::json& body, const std::string& name,
                                    double fallback);
absl::StatusOr<bool> BoolMember(const nlohmann::json& body, const std::string& name, bool fallback);
absl::StatusOr<std::string> TextMember(const nlohmann::json& body, const std::string& name,
                                       const std::string& fallback);

// A number in the path or the query.
absl::StatusOr<int64_t> ParseInteger(const std::string& name, const std::string& text,
                                     int64_t fallback);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_ADMIN_REQUEST_H_
