// What every call to HubSpot's API passes: its token, then the limits.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_GATE_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_GATE_H_

#include <functional>

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/account_registry.h"
#include "tests/sandbox/hubspot/crm_service.h"
#include "tests/sandbox/hubspot/hubspot_limits.h"

namespace fluxcascade::sandbox {

using SessionHandler = std::function<ApiResponse(const ApiRequest&, const CrmSession&)>;
using AppHandler = std::function<ApiResponse(const ApiRequest&, int64_t app_id)>;

// The references must outlive the handlers that it makes.
class HubSpotGate {
 public:
  HubSpotGate(const Clock& clock, const AccountRegistry& accounts, HubSpotLimits& limits)
      : clock_(clock), accounts_(accounts), limits_(limits) {}

  // For calls with a token of an account's.
  ApiHandler WithSession(SessionHandler handler) const;
  // The same for searches, which have limits of their own.
  ApiHandler WithSearchSession(SessionHandler handler) const;
  // For calls on the app that {app_id} names: with its developer key, or a token of its own.
  ApiHandler WithApp(AppHandler handler) const;

 private:
  ApiHandler Guard(SessionHandler handler, bool search) const;

  const Clock& clock_;
  const AccountRegistry& accounts_;
  HubSpotLimits& limits_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_HUBSPOT_GATE_H_
