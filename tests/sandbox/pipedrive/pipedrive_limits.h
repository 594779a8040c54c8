// Pipedrive's rate limits, off until they are turned on.
// https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_LIMITS_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "tests/sandbox/control/rate_window.h"
#include "tests/sandbox/http/api_message.h"
#include "tests/sandbox/pipedrive/company_registry.h"

namespace fluxcascade::sandbox {

struct PipedriveLimitSettings {
  bool on = false;
  // In two seconds, by plan (Lite, Growth, Premium, Ultimate): API tokens 20, 40, 100, 120; access
  // tokens 80, 160, 400, 480; searches 10 in every plan.
  int64_t api_token_burst = 40;
  int64_t oauth_burst = 160;
  int64_t search_burst = 10;
  // Of the company's tokens in a day: 30000 × the plan's factor (1, 2, 5, 7) × seats.
  int64_t daily = 60000;
};

struct PipedriveLimitDecision {
  std::optional<ApiResponse> refusal;                        // 429
  std::vector<std::pair<std::string, std::string>> headers;  // of every answer
};

// Thread-safe.
class PipedriveLimits {
 public:
  // `cost`: what the call takes of the daily budget.
  PipedriveLimitDecision Check(const PipedriveCaller& caller, bool search, int64_t cost,
                               absl::Time now);

  void set_settings(const PipedriveLimitSettings& settings);
  PipedriveLimitSettings settings() const;

 private:
  mutable Mutex mutex_;
  PipedriveLimitSettings settings_ FC_GUARDED_BY(mutex_);
  RateWindow burst_ FC_GUARDED_BY(mutex_){absl::Seconds(2)};
  RateWindow search_ FC_GUARDED_BY(mutex_){absl::Seconds(2)};
  RateWindow daily_ FC_GUARDED_BY(mutex_){absl::Hours(24)};
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_LIMITS_H_
