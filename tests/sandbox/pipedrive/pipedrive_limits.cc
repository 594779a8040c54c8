#include "tests/sandbox/pipedrive/pipedrive_limits.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "tests/sandbox/pipedrive/pipedrive_answers.h"

namespace fluxcascade::sandbox {

PipedriveLimitDecision PipedriveLimits::Check(const PipedriveCaller& caller, bool search,
                                              int64_t cost, absl::Time now) {
  MutexLock lock(mutex_);
  PipedriveLimitDecision decision;
  if (!settings_.on) return decision;
  const int64_t burst = caller.oauth ? settings_.oauth_burst : settings_.api_token_burst;
  const RateReading reading = search ? search_.Take(caller.token, settings_.search_burst, now)
                                     : burst_.Take(caller.token, burst, now);
  if (!reading.allowed) decision.refusal = PipedriveError(429, "Request over limit");
  const int64_t reset = static_cast<int64_t>(std::ceil(absl::ToDoubleSeconds(reading.reset)));
  decision.headers = {{"x-ratelimit-limit", absl::StrCat(reading.limit)},
                      {"x-ratelimit-remaining", absl::StrCat(reading.remaining)},
                      {"x-ratelimit-reset", absl::StrCat(reset)}};
  if (!reading.allowed) return decision;
  const RateReading day = daily_.Take(absl::StrCat(caller.company_id), settings_.daily, now, cost);
  if (!day.allowed) decision.refusal = PipedriveError(429, "Daily API token budget is used up");
  decision.headers.emplace_back("x-daily-requests-left", absl::StrCat(day.remaining));
  return decision;
}

void PipedriveLimits::set_settings(const PipedriveLimitSettings& settings) {
  MutexLock lock(mutex_);
  settings_ = settings;
  burst_.Clear();
  search_.Clear();
  daily_.Clear();
}

PipedriveLimitSettings PipedriveLimits::settings() const {
  MutexLock lock(mutex_);
  return settings_;
}

}  // namespace fluxcascade::sandbox
