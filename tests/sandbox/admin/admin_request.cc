#include "tests/sandbox/admin/admin_request.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

absl::Status WrongType(const std::string& name, const char* wanted) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": must be ", wanted));
}

}  // namespace

ApiResponse AdminError(const absl::Status& status) {
  return JsonResponse(absl::IsNotFound(status) ? 404 : 400,
                      {{"error", std::string(status.message())}});
}

void AddAdminRoute(Router& router, const std::string& method, const std::string& pattern,
                   AdminHandler handler) {
  router.Add(method, absl::StrCat("/_admin", pattern),
             [handler = std::move(handler)](const ApiRequest& request) {
               absl::StatusOr<json> body =
                   request.body.empty() ? json::object() : ParseJson(request.body);
               if (!body.ok()) return AdminError(body.status());
               const absl::StatusOr<json> answer = handler(request, *body);
               return answer.ok() ? JsonResponse(200, *answer) : AdminError(answer.status());
             });
}

absl::StatusOr<int64_t> IntegerMember(const json& body, const std::string& name, int64_t fallback) {
  const auto member = body.find(name);
  if (member == body.end()) return fallback;
  if (!member->is_number_integer()) return WrongType(name, "a whole number");
  return member->get<int64_t>();
}

absl::StatusOr<double> NumberMember(const json& body, const std::string& name, double fallback) {
  const auto member = body.find(name);
  if (member == body.end()) return fallback;
  if (!member->is_number()) return WrongType(name, "a number");
  return member->get<double>();
}

absl::StatusOr<bool> BoolMember(const json& body, const std::string& name, bool fallback) {
  const auto member = body.find(name);
  if (member == body.end()) return fallback;
  if (!member->is_boolean()) return WrongType(name, "true or false");
  return member->get<bool>();
}

absl::StatusOr<std::string> TextMember(const json& body, const std::string& name,
                                       const std::string& fallback) {
  const auto member = body.find(name);
  if (member == body.end()) return fallback;
  if (!member->is_string()) return WrongType(name, "a string");
  return member->get<std::string>();
}

absl::StatusOr<int64_t> ParseInteger(const std::string& name, const std::string& text,
                                     int64_t fallback) {
  if (text.empty()) return fallback;
  int64_t value = 0;
  if (!absl::SimpleAtoi(text, &value)) return WrongType(name, "a whole number");
  return value;
}

}  // namespace fluxcascade::sandbox
