#include "tests/sandbox/hubspot/hubspot_gate.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {

ApiHandler HubSpotGate::WithSession(SessionHandler handler) const {
  return Guard(std::move(handler), /*search=*/false);
}

ApiHandler HubSpotGate::WithSearchSession(SessionHandler handler) const {
  return Guard(std::move(handler), /*search=*/true);
}

ApiHandler HubSpotGate::Guard(SessionHandler handler, bool search) const {
  return [this, handler = std::move(handler), search](const ApiRequest& request) {
    const std::string token = request.BearerToken();
    const absl::Time now = clock_.Now();
    const absl::StatusOr<Grant> grant = accounts_.Authenticate(token, now);
    if (!grant.ok()) return HubSpotAuthenticationError(grant.status(), now);
    LimitDecision decision = limits_.Check(*grant, token, search, now);
    CrmSession session;
    session.portal_id = grant->portal_id;
    session.store = accounts_.Store(grant->portal_id);
    if (session.store == nullptr) {  // a reset came in between
      return HubSpotAuthenticationError(absl::UnauthenticatedError("no such account"), now);
    }
    session.source = {"INTEGRATION", absl::StrCat(grant->app_id)};
    ApiResponse response =
        decision.refusal.has_value() ? *decision.refusal : handler(request, session);
    response.headers.insert(response.headers.end(), decision.headers.begin(),
                            decision.headers.end());
    return response;
  };
}

ApiHandler HubSpotGate::WithApp(AppHandler handler) const {
  return [this, handler = std::move(handler)](const ApiRequest& request) {
    int64_t app_id = 0;
    if (!absl::SimpleAtoi(request.Parameter("app_id"), &app_id)) {
      return HubSpotError(400, "VALIDATION_ERROR", "Invalid app id");
    }
    if (request.HasQuery("hapikey")) {
      if (accounts_.IsDeveloperKey(app_id, request.Query("hapikey"))) {
        return handler(request, app_id);
      }
      return HubSpotError(401, "INVALID_AUTHENTICATION", "The API key provided is invalid.");
    }
    const absl::Time now = clock_.Now();
    const absl::StatusOr<Grant> grant = accounts_.Authenticate(request.BearerToken(), now);
    if (!grant.ok()) return HubSpotAuthenticationError(grant.status(), now);
    if (grant->kind != TokenKind::kOAuth || grant->app_id != app_id) {
      return HubSpotError(403, "MISSING_SCOPES",
                          "This token may not manage the webhooks of this app.");
    }
    return handler(request, app_id);
  };
}

}  // namespace fluxcascade::sandbox
