#include "tests/sandbox/http/api_message.h"

#include "absl/strings/match.h"
#include "common/json/json_text.h"

namespace fluxcascade::sandbox {
namespace {

std::string First(const std::multimap<std::string, std::string>& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() ? "" : found->second;
}

}  // namespace

std::string ApiRequest::Header(const std::string& lower_case_name) const {
  return First(headers, lower_case_name);
}

std::string ApiRequest::Query(const std::string& name) const { return First(query, name); }

std::string ApiRequest::Parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

std::string ApiRequest::BearerToken() const {
  static constexpr absl::string_view kScheme = "bearer ";
  const std::string value = Header("authorization");
  return absl::StartsWithIgnoreCase(value, kScheme) ? value.substr(kScheme.size()) : "";
}

ApiResponse JsonResponse(int status, const nlohmann::json& body) {
  ApiResponse response;
  response.status = status;
  response.content_type = "application/json;charset=utf-8";
  response.body = JsonText(body);
  return response;
}

ApiResponse EmptyResponse(int status) {
  ApiResponse response;
  response.status = status;
  response.content_type.clear();
  return response;
}

}  // namespace fluxcascade::sandbox
