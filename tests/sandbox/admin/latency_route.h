// How long each generated contact took from its webhook's acknowledgement to its person.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_LATENCY_ROUTE_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_LATENCY_ROUTE_H_

#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/fake_hubspot.h"
#include "tests/sandbox/pipedrive/fake_pipedrive.h"

namespace fluxcascade::sandbox {

// GET /_admin/latency?company=N: for each contact that the generator made, the first write of a
// person with its e-mail address minus the first acknowledgement of its webhook, both by this
// process's clock.
void AddLatencyRoute(FakeHubSpot& hubspot, FakePipedrive& pipedrive, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_LATENCY_ROUTE_H_
