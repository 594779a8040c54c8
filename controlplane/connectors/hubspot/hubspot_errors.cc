#include "controlplane/connectors/hubspot/hubspot_errors.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "common/text/utf8.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/status_payloads.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

constexpr absl::string_view kTitle = "HubSpot";

// 429 carries no Retry-After: the waits are those of HubSpot's own SDK. When the daily limit ends
// depends on the account's time zone, which the answer does not tell.
constexpr absl::Duration kTenSecondlyWait = absl::Seconds(10);
constexpr absl::Duration kSecondlyWait = absl::Seconds(1);
constexpr absl::Duration kDailyWait = absl::Minutes(15);
// "Locked … wait at least 2 seconds."
constexpr absl::Duration kLockedWait = absl::Seconds(2);
// 477: the account is being moved between data centres; Retry-After says how long.
constexpr absl::Duration kMigrationWait = absl::Hours(1);

json ErrorBody(const HttpResponse& response) {
  absl::StatusOr<json> body = ParseJson(response.body);
  return body.ok() ? *std::move(body) : json();
}

std::string WordsOf(const json& body) {
  std::string words = StringMember(body, "message");
  const json& errors = MemberOf(body, "errors");
  if (errors.is_array()) {
    for (const json& error : errors) {
      const std::string message = StringMember(error, "message");
      if (!message.empty() && !absl::StrContains(words, message)) {
        absl::StrAppend(&words, "; ", message);
      }
    }
  }
  const std::string category = StringMember(body, "category");
  if (!category.empty()) words = absl::StrCat(category, ": ", words);
  const std::string correlation_id = StringMember(body, "correlationId");
  if (!correlation_id.empty()) {
    // Kept when the words are cut: HubSpot's support asks for it.
    words = absl::StrCat(Utf8Preview(words, kMaxErrorWords - 100), " (correlation id ",
                         Utf8Preview(correlation_id, 64), ")");
  }
  return words;
}

absl::Duration RateLimitWait(const HttpResponse& response, const json& body) {
  if (const auto wait = RetryAfterHeader(response)) return *wait;
  const std::string policy = StringMember(body, "policyName");
  if (policy == "DAILY") return kDailyWait;
  if (policy == "SECONDLY") return kSecondlyWait;
  return kTenSecondlyWait;
}

// "Contact already exists. Existing ID: 12345"
absl::Status Conflict(const HttpResponse& response, const json& body) {
  const std::string message = StringMember(body, "message");
  if (!absl::StrContains(message, "already exists") && !absl::StrContains(message, "Existing ID")) {
    return HttpError(absl::StatusCode::kAborted, kTitle, response.status, WordsOf(body));
  }
  absl::Status status =
      HttpError(absl::StatusCode::kAlreadyExists, kTitle, response.status, WordsOf(body));
  static constexpr absl::string_view kMark = "Existing ID: ";
  const size_t mark = message.find(std::string(kMark));
  if (mark == std::string::npos) return status;
  const std::string rest = message.substr(mark + kMark.size());
  const std::string id = rest.substr(0, rest.find_first_not_of("0123456789"));
  return id.empty() ? status : WithExistingId(std::move(status), id);
}

}  // namespace

absl::Status HubSpotStatus(const HttpResponse& response) {
  if (IsSuccess(response)) return absl::OkStatus();
  const json body = ErrorBody(response);
  const auto error = [&](absl::StatusCode code) {
    return HttpError(code, kTitle, response.status, WordsOf(body));
  };
  switch (response.status) {
    case 409:
      return Conflict(response, body);
    case 423:
      return WithRetryAfter(error(absl::StatusCode::kAborted), kLockedWait);
    case 429:
      return WithRetryAfter(error(absl::StatusCode::kResourceExhausted),
                            RateLimitWait(response, body));
    case 477:
      return WithRetryAfter(error(absl::StatusCode::kResourceExhausted),
                            RetryAfterHeader(response).value_or(kMigrationWait));
    case 403:
      // HubSpot's own refusal is JSON; a page of HTML comes from what stands before it.
      return error(body.is_object() ? absl::StatusCode::kPermissionDenied
                                    : absl::StatusCode::kUnavailable);
    default:
      return error(CodeOfHttpStatus(response.status));
  }
}

absl::Status HubSpotTokenStatus(const HttpResponse& response) {
  const absl::Status status = HubSpotStatus(response);
  // What may pass (a lock, a migration, a rate limit) says nothing of the credential.
  const bool refused = response.status >= 400 && response.status < 500 && !IsTransient(status) &&
                       !absl::IsResourceExhausted(status);
  const json body = ErrorBody(response);
  if (!refused || !body.is_object()) return status;
  std::string words = StringMember(body, "error");
  for (const char* name : {"error_description", "message"}) {
    const std::string more = StringMember(body, name);
    if (!more.empty() && !absl::StrContains(words, more)) {
      absl::StrAppend(&words, words.empty() ? "" : ": ", more);
    }
  }
  return HttpError(absl::StatusCode::kUnauthenticated, kTitle, response.status, words);
}

std::optional<RateLimitReading> HubSpotRateLimit(const HttpResponse& response) {
  RateLimitReading reading;
  int64_t interval_ms = 0;
  if (!absl::SimpleAtoi(response.Header("x-hubspot-ratelimit-max"), &reading.limit) ||
      !absl::SimpleAtoi(response.Header("x-hubspot-ratelimit-remaining"), &reading.remaining)) {
    return std::nullopt;
  }
  if (!absl::SimpleAtoi(response.Header("x-hubspot-ratelimit-interval-milliseconds"),
                        &interval_ms)) {
    interval_ms = absl::ToInt64Milliseconds(kTenSecondlyWait);
  }
  reading.window = absl::Milliseconds(interval_ms);
  return reading;
}

}  // namespace fluxcascade
