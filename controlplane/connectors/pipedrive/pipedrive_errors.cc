#include "controlplane/connectors/pipedrive/pipedrive_errors.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/status_payloads.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

constexpr absl::string_view kTitle = "Pipedrive";

// The window of the burst limit.
constexpr absl::Duration kBurstWindow = absl::Seconds(2);
// A reset told to be further away is taken to be this far: it is no burst's.
constexpr int64_t kMaxBurstResetSeconds = 15 * 60;
// The daily budget comes back at midnight of a time zone that the answer does not tell.
constexpr absl::Duration kDailyWait = absl::Minutes(15);
// How long Cloudflare keeps an abuser out is not documented.
constexpr absl::Duration kBlockedWait = absl::Minutes(1);

json ErrorBody(const HttpResponse& response) {
  absl::StatusOr<json> body = ParseJson(response.body);
  return body.ok() ? *std::move(body) : json();
}

// v2 has `error` and `error_info`, v1's webhooks and fields `errors` by field.
std::string WordsOf(const json& body) {
  std::string words;
  for (const char* name : {"error", "error_description", "message", "error_info"}) {
    const std::string more = StringMember(body, name);
    if (more.empty() || absl::StrContains(words, more)) continue;
    absl::StrAppend(&words, words.empty() ? "" : ": ", more);
  }
  const json& errors = MemberOf(body, "errors");
  if (errors.is_object() && !errors.empty()) {
    absl::StrAppend(&words, words.empty() ? "" : ": ", JsonText(errors));
  }
  return words;
}

absl::Duration RateLimitWait(const HttpResponse& response) {
  if (response.Header("x-daily-requests-left") == "0") return kDailyWait;
  if (const auto wait = RetryAfterHeader(response)) return *wait;
  int64_t seconds = 0;
  const bool told = absl::SimpleAtoi(response.Header("x-ratelimit-reset"), &seconds) && seconds > 0;
  return told ? absl::Seconds(std::min(seconds, kMaxBurstResetSeconds)) : kBurstWindow;
}

}  // namespace

absl::Status PipedriveStatus(const HttpResponse& response) {
  if (IsSuccess(response)) return absl::OkStatus();
  const json body = ErrorBody(response);
  const auto error = [&](absl::StatusCode code) {
    return HttpError(code, kTitle, response.status, WordsOf(body));
  };
  if (response.status == 429) {
    return WithRetryAfter(error(absl::StatusCode::kResourceExhausted), RateLimitWait(response));
  }
  if (response.status == 403 && !body.is_object()) {
    return WithRetryAfter(HttpError(absl::StatusCode::kResourceExhausted, kTitle, response.status,
                                    "blocked in front of Pipedrive, as after too many requests"),
                          RetryAfterHeader(response).value_or(kBlockedWait));
  }
  return error(CodeOfHttpStatus(response.status));
}

absl::Status PipedriveTokenStatus(const HttpResponse& response) {
  const absl::Status status = PipedriveStatus(response);
  // What may pass (a lock, a migration, a rate limit) says nothing of the credential.
  const bool refused = response.status >= 400 && response.status < 500 && !IsTransient(status) &&
                       !absl::IsResourceExhausted(status);
  if (!refused || !ErrorBody(response).is_object()) return status;
  return absl::UnauthenticatedError(status.message());
}

std::optional<RateLimitReading> PipedriveRateLimit(const HttpResponse& response) {
  RateLimitReading reading;
  if (!absl::SimpleAtoi(response.Header("x-ratelimit-limit"), &reading.limit) ||
      !absl::SimpleAtoi(response.Header("x-ratelimit-remaining"), &reading.remaining)) {
    return std::nullopt;
  }
  // The reset that the answer tells is when the first call of the rolling window leaves it.
  reading.window = kBurstWindow;
  return reading;
}

}  // namespace fluxcascade
