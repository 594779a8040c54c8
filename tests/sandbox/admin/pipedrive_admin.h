// The admin routes of the fake Pipedrive, and what tests ask of its history.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_PIPEDRIVE_ADMIN_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_PIPEDRIVE_ADMIN_H_

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/pipedrive/fake_pipedrive.h"

namespace fluxcascade::sandbox {

void AddPipedriveAdmin(FakePipedrive& pipedrive, const Clock& clock, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_PIPEDRIVE_ADMIN_H_
