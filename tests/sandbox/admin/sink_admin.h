// The admin routes of the sink.
#ifndef FLUXCASCADE_TESTS_SANDBOX_ADMIN_SINK_ADMIN_H_
#define FLUXCASCADE_TESTS_SANDBOX_ADMIN_SINK_ADMIN_H_

#include "tests/sandbox/http/router.h"
#include "tests/sandbox/sink/fake_sink.h"

namespace fluxcascade::sandbox {

void AddSinkAdmin(FakeSink& sink, Router& router);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_ADMIN_SINK_ADMIN_H_
