// A stateful fake of HubSpot: its CRM, OAuth, webhook registration and webhook sender. README.md
// says what it follows and where nobody knows.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_FAKE_HUBSPOT_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_FAKE_HUBSPOT_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "common/random/random.h"
#include "common/time/clock.h"
#include "tests/sandbox/control/api_front.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/http/webhook_poster.h"
#include "tests/sandbox/hubspot/account_registry.h"
#include "tests/sandbox/hubspot/contact_generator.h"
#include "tests/sandbox/hubspot/crm_service.h"
#include "tests/sandbox/hubspot/hubspot_gate.h"
#include "tests/sandbox/hubspot/hubspot_limits.h"
#include "tests/sandbox/hubspot/subscription_store.h"
#include "tests/sandbox/hubspot/webhook_sender.h"

namespace fluxcascade::sandbox {

// Thread-safe.
class FakeHubSpot {
 public:
  // The references must outlive it. `sleep` waits for latency and delays.
  FakeHubSpot(const Clock& clock, Random& random, WebhookPoster& poster,
              std::function<void(absl::Duration)> sleep);

  // One call to HubSpot's API.
  ApiResponse Handle(const ApiRequest& request) { return front_.Handle(request); }

  // Acts as a user of HubSpot's own pages. Null store: there is no such account.
  CrmSession UserSession(int64_t portal_id) const;
  // Forgets accounts, apps, faults, logs and runs; settings go back to their defaults.
  void Reset();

  ApiFront& front() { return front_; }
  AccountRegistry& accounts() { return accounts_; }
  SubscriptionStore& subscriptions() { return subscriptions_; }
  WebhookSender& sender() { return sender_; }
  CrmService& service() { return service_; }
  HubSpotLimits& limits() { return limits_; }
  ContactGenerator& generator() { return generator_; }
  void set_search_lag(absl::Duration lag) { search_lag_ms_ = absl::ToInt64Milliseconds(lag); }
  absl::Duration search_lag() const { return absl::Milliseconds(search_lag_ms_.load()); }

 private:
  AccountRegistry accounts_;
  SubscriptionStore subscriptions_;
  WebhookSender sender_;
  CrmService service_;
  HubSpotLimits limits_;
  HubSpotGate gate_;
  std::atomic<int64_t> search_lag_ms_;
  Router router_;
  ApiFront front_;
  ContactGenerator generator_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_FAKE_HUBSPOT_H_
