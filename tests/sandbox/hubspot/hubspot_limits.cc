#include "tests/sandbox/hubspot/hubspot_limits.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

ApiResponse Refusal(absl::string_view policy) {
  ApiResponse response = HubSpotError(
      429, "",
      policy == "DAILY"
          ? "You have reached your daily limit."
          : absl::StrCat("You have reached your ", absl::AsciiStrToLower(policy), " limit."));
  json body = json::parse(response.body);
  body["errorType"] = "RATE_LIMIT";
  body["policyName"] = std::string(policy);
  response.body = JsonText(body);
  return response;
}

}  // namespace

LimitDecision HubSpotLimits::Check(const Grant& grant, const std::string& token, bool search,
                                   absl::Time now) {
  MutexLock lock(mutex_);
  LimitDecision decision;
  if (!settings_.on) return decision;
  if (search) {
    if (!secondly_.Take(token, settings_.search_per_second, now).allowed) {
      decision.refusal = Refusal("SECONDLY");
    }
    return decision;
  }
  const bool oauth = grant.kind == TokenKind::kOAuth;
  const std::string key = absl::StrCat(grant.portal_id, "/", grant.app_id);
  const RateReading reading = ten_secondly_.Take(
      key, oauth ? settings_.oauth_per_ten_seconds : settings_.private_app_per_ten_seconds, now);
  if (!reading.allowed) decision.refusal = Refusal("TEN_SECONDLY_ROLLING");
  decision.headers = {{"X-HubSpot-RateLimit-Interval-Milliseconds", "10000"},
                      {"X-HubSpot-RateLimit-Max", absl::StrCat(reading.limit)},
                      {"X-HubSpot-RateLimit-Remaining", absl::StrCat(reading.remaining)}};
  if (oauth || !reading.allowed) return decision;
  const RateReading day = daily_.Take(absl::StrCat(grant.portal_id), settings_.daily, now);
  if (!day.allowed) decision.refusal = Refusal("DAILY");
  decision.headers.emplace_back("X-HubSpot-RateLimit-Daily", absl::StrCat(day.limit));
  decision.headers.emplace_back("X-HubSpot-RateLimit-Daily-Remaining", absl::StrCat(day.remaining));
  return decision;
}

void HubSpotLimits::set_settings(const HubSpotLimitSettings& settings) {
  MutexLock lock(mutex_);
  settings_ = settings;
  ten_secondly_.Clear();
  secondly_.Clear();
  daily_.Clear();
}

HubSpotLimitSettings HubSpotLimits::settings() const {
  MutexLock lock(mutex_);
  return settings_;
}

}  // namespace fluxcascade::sandbox
