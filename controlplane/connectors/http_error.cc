#include "controlplane/connectors/http_error.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"

namespace fluxcascade {
namespace {

constexpr int64_t kMaxRetryAfterSeconds = 24 * 60 * 60;

std::string Words(absl::string_view text) {
  std::string words = Utf8Preview(absl::StripAsciiWhitespace(text), kMaxErrorWords);
  for (char& c : words) {
    if (absl::ascii_iscntrl(c)) c = ' ';
  }
  return words;
}

}  // namespace

bool IsSuccess(const HttpResponse& response) {
  return response.status >= 200 && response.status < 300;
}

absl::StatusCode CodeOfHttpStatus(int http_status) {
  switch (http_status) {
    case 400:
    case 415:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 410:
      return absl::StatusCode::kNotFound;
    case 405:
    case 501:
      return absl::StatusCode::kUnimplemented;
    case 409:
    case 423:
      return absl::StatusCode::kAborted;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 408:
    case 425:
      return absl::StatusCode::kUnavailable;
    default:
      return http_status >= 500 ? absl::StatusCode::kUnavailable
                                : absl::StatusCode::kFailedPrecondition;
  }
}

absl::Status HttpError(absl::StatusCode code, absl::string_view title, int http_status,
                       absl::string_view words) {
  const std::string said = Words(words);
  return absl::Status(
      code, absl::StrCat(title, " answered ", http_status, said.empty() ? "" : ": ", said));
}

std::optional<absl::Duration> RetryAfterHeader(const HttpResponse& response) {
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(response.Header("retry-after"), &seconds) || seconds < 0) {
    return std::nullopt;
  }
  return absl::Seconds(std::min(seconds, kMaxRetryAfterSeconds));
}

absl::StatusOr<nlohmann::json> JsonBody(const HttpResponse& response, absl::string_view title) {
  if (response.body_truncated) {
    return HttpError(absl::StatusCode::kUnavailable, title, response.status,
                     "the answer is longer than is read");
  }
  absl::StatusOr<nlohmann::json> body = ParseJson(response.body);
  if (!body.ok()) {
    return HttpError(absl::StatusCode::kUnavailable, title, response.status,
                     body.status().message());
  }
  return body;
}

absl::StatusOr<nlohmann::json> CallForJson(const Connector& connector, ApiClient& api,
                                           HttpRequest request, absl::string_view phase) {
  FC_ASSIGN_OR_RETURN(const HttpResponse response, api.Call(std::move(request), phase));
  FC_RETURN_IF_ERROR(connector.ResponseStatus(response));
  return JsonBody(response, connector.info().title);
}

HttpRequest JsonRequest(absl::string_view method, absl::string_view url,
                        const nlohmann::json& body) {
  HttpRequest request;
  request.method = std::string(method);
  request.url = std::string(url);
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = JsonText(body);
  return request;
}

HttpRequest GetRequest(absl::string_view url) {
  HttpRequest request;
  request.url = std::string(url);
  request.headers = {{"Accept", "application/json"}};
  return request;
}

}  // namespace fluxcascade
