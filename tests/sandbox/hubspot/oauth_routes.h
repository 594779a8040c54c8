// HubSpot's OAuth and account endpoints.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_OAUTH_ROUTES_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_OAUTH_ROUTES_H_

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/account_registry.h"
#include "tests/sandbox/hubspot/hubspot_gate.h"

namespace fluxcascade::sandbox {

// POST /oauth/v1/token (refreshing), GET /oauth/v1/access-tokens/{token},
// GET /account-info/v3/details. The references must outlive the router.
void AddOAuthRoutes(const Clock& clock, AccountRegistry& accounts, const HubSpotGate& gate,
                    Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_OAUTH_ROUTES_H_
