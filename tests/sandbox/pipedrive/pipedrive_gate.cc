#include "tests/sandbox/pipedrive/pipedrive_gate.h"

#include <utility>

#include "tests/sandbox/pipedrive/pipedrive_answers.h"

namespace fluxcascade::sandbox {

ApiHandler PipedriveGate::Guard(int64_t cost, CallerHandler handler) const {
  return Wrap(cost, /*search=*/false, std::move(handler));
}

ApiHandler PipedriveGate::GuardSearch(int64_t cost, CallerHandler handler) const {
  return Wrap(cost, /*search=*/true, std::move(handler));
}

absl::StatusOr<PipedriveCaller> PipedriveGate::CallerOf(const ApiRequest& request) const {
  const std::string access_token = request.BearerToken();
  if (!access_token.empty()) return companies_.WithAccessToken(access_token, clock_.Now());
  const std::string header = request.Header("x-api-token");
  return companies_.WithApiToken(header.empty() ? request.Query("api_token") : header);
}

ApiHandler PipedriveGate::Wrap(int64_t cost, bool search, CallerHandler handler) const {
  return [this, cost, search, handler = std::move(handler)](const ApiRequest& request) {
    const absl::StatusOr<PipedriveCaller> caller = CallerOf(request);
    if (!caller.ok()) return PipedriveError(401, caller.status().message());
    PipedriveLimitDecision decision = limits_.Check(*caller, search, cost, clock_.Now());
    ApiResponse response =
        decision.refusal.has_value() ? *decision.refusal : handler(request, *caller);
    response.headers.insert(response.headers.end(), decision.headers.begin(),
                            decision.headers.end());
    return response;
  };
}

}  // namespace fluxcascade::sandbox
