// HubSpot's API for registering webhooks.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_ROUTES_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_ROUTES_H_

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/hubspot_gate.h"
#include "tests/sandbox/hubspot/subscription_store.h"

namespace fluxcascade::sandbox {

// /webhooks/v3/{app_id}/settings and /subscriptions…. The references must outlive the router.
void AddWebhookRoutes(const Clock& clock, SubscriptionStore& subscriptions, const HubSpotGate& gate,
                      Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_ROUTES_H_
