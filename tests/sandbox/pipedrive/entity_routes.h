// Pipedrive's API for entities and their fields: v2, and what only v1 has.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_ROUTES_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_ROUTES_H_

#include <atomic>
#include <cstdint>

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/pipedrive/pipedrive_gate.h"

namespace fluxcascade::sandbox {

struct EntityRouteContext {
  const Clock& clock;
  const PipedriveGate& gate;
  // How old a write must be before searches see it.
  const std::atomic<int64_t>& search_lag_ms;
};

// /api/v2/{persons|organizations|deals}… and /api/v2/{person|organization|deal}Fields. What the
// context refers to must outlive the router.
void AddEntityRoutes(const EntityRouteContext& context, Router& router);

// /v1 and /api/v1: …/merge, personFields and the like, users/me.
void AddLegacyRoutes(const EntityRouteContext& context, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_ENTITY_ROUTES_H_
