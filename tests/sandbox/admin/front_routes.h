// The admin routes that every fake of a system has: latency, faults, calls.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_FRONT_ROUTES_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_FRONT_ROUTES_H_

#include <string>

#include "tests/sandbox/control/api_front.h"
#include "tests/sandbox/http/router.h"

namespace fluxcascade::sandbox {

// Under /_admin/<system>: PUT /latency, GET POST DELETE /faults, GET DELETE /calls, GET
// /call-counts.
void AddFrontRoutes(const std::string& system, ApiFront& front, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_FRONT_ROUTES_H_
