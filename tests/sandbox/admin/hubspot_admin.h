// The admin routes of the fake HubSpot: what its own pages, its clock and its operators would do.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_HUBSPOT_ADMIN_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_HUBSPOT_ADMIN_H_

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/hubspot/fake_hubspot.h"

namespace fluxcascade::sandbox {

void AddHubSpotAdmin(FakeHubSpot& hubspot, const Clock& clock, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_HUBSPOT_ADMIN_H_
