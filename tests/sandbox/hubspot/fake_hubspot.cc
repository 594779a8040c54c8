#include "tests/sandbox/hubspot/fake_hubspot.h"

#include <utility>

#include "tests/sandbox/hubspot/crm_routes.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"
#include "tests/sandbox/hubspot/oauth_routes.h"
#include "tests/sandbox/hubspot/webhook_routes.h"

namespace fluxcascade::sandbox {
namespace {

// "It may take a few moments for newly created or updated records to appear in search results."
constexpr absl::Duration kDefaultSearchLag = absl::Seconds(2);

ApiResponse NotFound(const ApiRequest&) {
  return HubSpotError(404, "", "The requested resource does not exist");
}

}  // namespace

FakeHubSpot::FakeHubSpot(const Clock& clock, Random& random, WebhookPoster& poster,
                         std::function<void(absl::Duration)> sleep)
    : accounts_(random),
      sender_({}, clock, random, poster, accounts_, subscriptions_),
      service_(clock, sender_),
      gate_(clock, accounts_, limits_),
      search_lag_ms_(absl::ToInt64Milliseconds(kDefaultSearchLag)),
      router_(NotFound),
      front_(clock, std::move(sleep),
             [this](const ApiRequest& request) { return router_.Route(request); }),
      generator_(clock, service_) {
  const CrmRouteContext context{clock, service_, gate_, search_lag_ms_};
  AddCrmBatchRoutes(context, router_);
  AddCrmObjectRoutes(context, router_);
  AddPropertyRoutes(context, router_);
  AddOAuthRoutes(clock, accounts_, gate_, router_);
  AddWebhookRoutes(clock, subscriptions_, gate_, router_);
}

CrmSession FakeHubSpot::UserSession(int64_t portal_id) const {
  return {portal_id, accounts_.Store(portal_id), {"CRM_UI", "userId:1"}};
}

void FakeHubSpot::Reset() {
  generator_.Stop();
  sender_.Clear();
  sender_.set_queue_settings({});
  sender_.set_property_changes_on_create(true);
  subscriptions_.Clear();
  accounts_.Clear();
  limits_.set_settings({});
  set_search_lag(kDefaultSearchLag);
  front_.faults().Clear();
  front_.calls().Clear();
  front_.set_latency(absl::ZeroDuration());
}

}  // namespace fluxcascade::sandbox
