// HubSpot's rate limits, off until they are turned on.
// https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_LIMITS_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "tests/sandbox/control/rate_window.h"
#include "tests/sandbox/http/api_message.h"
#include "tests/sandbox/hubspot/account_registry.h"

namespace fluxcascade::sandbox {

struct HubSpotLimitSettings {
  bool on = false;
  int64_t oauth_per_ten_seconds = 110;
  int64_t private_app_per_ten_seconds = 190;
  int64_t search_per_second = 5;
  int64_t daily = 625000;
};

struct LimitDecision {
  std::optional<ApiResponse> refusal;                        // 429
  std::vector<std::pair<std::string, std::string>> headers;  // of every answer
};

// Thread-safe.
class HubSpotLimits {
 public:
  // `token` is what the call was authorised with. Search has a limit of its own, and no headers.
  LimitDecision Check(const Grant& grant, const std::string& token, bool search, absl::Time now);

  void set_settings(const HubSpotLimitSettings& settings);
  HubSpotLimitSettings settings() const;

 private:
  mutable Mutex mutex_;
  HubSpotLimitSettings settings_ FC_GUARDED_BY(mutex_);
  RateWindow ten_secondly_ FC_GUARDED_BY(mutex_){absl::Seconds(10)};
  RateWindow secondly_ FC_GUARDED_BY(mutex_){absl::Seconds(1)};
  RateWindow daily_ FC_GUARDED_BY(mutex_){absl::Hours(24)};
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_LIMITS_H_
