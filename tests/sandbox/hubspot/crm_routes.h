// HubSpot's CRM API: objects and properties, one at a time and in batches.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_ROUTES_H_
#define FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_ROUTES_H_

#include <atomic>
#include <cstdint>

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/crm_service.h"
#include "tests/sandbox/hubspot/hubspot_gate.h"

namespace fluxcascade::sandbox {

struct CrmRouteContext {
  const Clock& clock;
  CrmService& service;
  const HubSpotGate& gate;
  // How old a write must be before searches see it.
  const std::atomic<int64_t>& search_lag_ms;
};

// /crm/v3/objects/{type}…: list, create, get, update, archive, merge, gdpr-delete, search. What the
// context refers to must outlive the router.
void AddCrmObjectRoutes(const CrmRouteContext& context, Router& router);
// /crm/v3/objects/{type}/batch/…
void AddCrmBatchRoutes(const CrmRouteContext& context, Router& router);
// /crm/v3/properties/{type}…
void AddPropertyRoutes(const CrmRouteContext& context, Router& router);

// A handler that gets the type that {type} names; 400 when there is none.
using CrmHandler = std::function<ApiResponse(const ApiRequest&, const CrmSession&, const CrmType&)>;
SessionHandler WithCrmType(CrmHandler handler);
// The same for a call whose body is JSON; 400 when it is not.
using CrmBodyHandler = std::function<ApiResponse(const ApiRequest&, const CrmSession&,
                                                 const CrmType&, const nlohmann::json& body)>;
SessionHandler WithCrmBody(CrmBodyHandler handler);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HUBSPOT_CRM_ROUTES_H_
