// The events of webhooks, as HubSpot writes them.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_EVENTS_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/sandbox/hubspot/crm_object.h"
#include "tests/sandbox/hubspot/subscription_store.h"

namespace fluxcascade::sandbox {

// Who made a change, as events tell.
struct ChangeSource {
  std::string change_source;  // CRM_UI, INTEGRATION, …
  std::string source_id;      // userId:1, or the app's id
};

// The event that `subscription` sends for `change`, without attemptNumber; nothing when the
// subscription is for something else or paused.
std::optional<nlohmann::json> WebhookEvent(const CrmChange& change, const ChangeSource& source,
                                           const WebhookSubscription& subscription,
                                           int64_t event_id, int64_t portal_id, int64_t app_id);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_WEBHOOK_EVENTS_H_
