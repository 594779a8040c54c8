// What every call to Pipedrive's API passes: its token, then the limits.
#ifndef FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_GATE_H_
#define FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_GATE_H_

#include <cstdint>
#include <functional>

#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"
#include "tests/sandbox/pipedrive/company_registry.h"
#include "tests/sandbox/pipedrive/pipedrive_limits.h"

namespace fluxcascade::sandbox {

using CallerHandler = std::function<ApiResponse(const ApiRequest&, const PipedriveCaller&)>;

// The references must outlive the handlers that it makes.
class PipedriveGate {
 public:
  PipedriveGate(const Clock& clock, const CompanyRegistry& companies, PipedriveLimits& limits)
      : clock_(clock), companies_(companies), limits_(limits) {}

  // `cost`: what the call takes of the daily budget.
  ApiHandler Guard(int64_t cost, CallerHandler handler) const;
  // The same for searches, which have limits of their own.
  ApiHandler GuardSearch(int64_t cost, CallerHandler handler) const;

 private:
  ApiHandler Wrap(int64_t cost, bool search, CallerHandler handler) const;
  absl::StatusOr<PipedriveCaller> CallerOf(const ApiRequest& request) const;

  const Clock& clock_;
  const CompanyRegistry& companies_;
  PipedriveLimits& limits_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_PIPEDRIVE_PIPEDRIVE_GATE_H_
