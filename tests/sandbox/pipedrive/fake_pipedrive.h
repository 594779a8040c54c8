// A stateful fake of Pipedrive. README.md says what it follows and where nobody knows.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FAKE_PIPEDRIVE_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FAKE_PIPEDRIVE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "tests/sandbox/control/api_front.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/pipedrive/company_registry.h"
#include "tests/sandbox/pipedrive/pipedrive_gate.h"
#include "tests/sandbox/pipedrive/pipedrive_limits.h"
#include "tests/sandbox/pipedrive/webhook_registry.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class FakePipedrive {
 public:
  // The references must outlive it. `sleep` waits for latency and delays.
  FakePipedrive(const Clock& clock, Random& random, std::function<void(absl::Duration)> sleep);

  // One call to Pipedrive's API.
  ApiResponse Handle(const ApiRequest& request) { return front_.Handle(request); }

  // Forgets companies, apps, faults and logs; settings go back to their defaults.
  void Reset();

  // Where its API is, as its token endpoint tells.
  void set_api_domain(std::string url);

  ApiFront& front() { return front_; }
  CompanyRegistry& companies() { return companies_; }
  PipedriveLimits& limits() { return limits_; }
  WebhookRegistry& webhooks() { return webhooks_; }
  void set_search_lag(absl::Duration lag) { search_lag_ms_ = absl::ToInt64Milliseconds(lag); }
  absl::Duration search_lag() const { return absl::Milliseconds(search_lag_ms_.load()); }

 private:
  CompanyRegistry companies_;
  PipedriveLimits limits_;
  PipedriveGate gate_;
  WebhookRegistry webhooks_;
  std::atomic<int64_t> search_lag_ms_;
  Mutex mutex_;
  std::string api_domain_ FC_GUARDED_BY(mutex_);
  Router router_;
  ApiFront front_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_FAKE_PIPEDRIVE_H_
