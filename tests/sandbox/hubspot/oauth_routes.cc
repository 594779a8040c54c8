#include "tests/sandbox/hubspot/oauth_routes.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "tests/sandbox/http/url_text.h"
#include "tests/sandbox/hubspot/hubspot_errors.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

ApiResponse OAuthError(const std::string& error, const std::string& status,
                       const std::string& message) {
  ApiResponse response = HubSpotError(400, "", message);
  json body = json::parse(response.body);
  body["status"] = status;
  body["error"] = error;
  body["error_description"] = message;
  response.body = JsonText(body);
  return response;
}

ApiResponse Token(const Clock& clock, AccountRegistry& accounts, const ApiRequest& request) {
  const std::multimap<std::string, std::string> form = ParseForm(request.body);
  const auto value = [&form](const char* name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  if (value("grant_type") != "refresh_token") {
    return OAuthError("unsupported_grant_type", "BAD_GRANT_TYPE",
                      "only refresh_token is served here");
  }
  const absl::StatusOr<TokenPair> tokens = accounts.Refresh(
      value("client_id"), value("client_secret"), value("refresh_token"), clock.Now());
  if (absl::IsUnauthenticated(tokens.status())) {
    return OAuthError("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret");
  }
  if (!tokens.ok()) {
    return OAuthError("invalid_grant", "BAD_REFRESH_TOKEN",
                      "refresh token is invalid, expired or revoked");
  }
  return JsonResponse(200, {{"access_token", tokens->access_token},
                            {"refresh_token", tokens->refresh_token},
                            {"expires_in", absl::ToInt64Seconds(tokens->expires_in)},
                            {"token_type", "bearer"}});
}

ApiResponse DescribeToken(const Clock& clock, const AccountRegistry& accounts,
                          const ApiRequest& request) {
  const std::string token = request.Parameter("token");
  const absl::Time now = clock.Now();
  const absl::StatusOr<Grant> grant = accounts.Authenticate(token, now);
  if (!grant.ok()) {
    return HubSpotError(404, "OBJECT_NOT_FOUND", "the access token is unknown or has expired");
  }
  return JsonResponse(
      200, {{"token", token},
            {"user", "operator@example.com"},
            {"user_id", 1},
            {"hub_domain", absl::StrCat("account-", grant->portal_id, ".example.com")},
            {"hub_id", grant->portal_id},
            {"app_id", grant->app_id},
            {"scopes", {"oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"}},
            {"scope_to_scope_group_pks", json::array()},
            {"trial_scopes", json::array()},
            {"trial_scope_to_scope_group_pks", json::array()},
            {"expires_in", absl::ToInt64Seconds(grant->expire_time - now)},
            {"token_type", "access"}});
}

ApiResponse AccountDetails(const ApiRequest&, const CrmSession& session) {
  return JsonResponse(200, {{"portalId", session.portal_id},
                            {"accountType", "STANDARD"},
                            {"timeZone", "Europe/Berlin"},
                            {"companyCurrency", "EUR"},
                            {"additionalCurrencies", json::array()},
                            {"utcOffset", "+01:00"},
                            {"utcOffsetMilliseconds", 3600000},
                            {"uiDomain", "app.hubspot.com"},
                            {"dataHostingLocation", "eu1"}});
}

}  // namespace

void AddOAuthRoutes(const Clock& clock, AccountRegistry& accounts, const HubSpotGate& gate,
                    Router& router) {
  router.Add("POST", "/oauth/v1/token", [&clock, &accounts](const ApiRequest& request) {
    return Token(clock, accounts, request);
  });
  router.Add("GET", "/oauth/v1/access-tokens/{token}",
             [&clock, &accounts](const ApiRequest& request) {
               return DescribeToken(clock, accounts, request);
             });
  router.Add("GET", "/account-info/v3/details", gate.WithSession(AccountDetails));
}

}  // namespace fluxcascade::sandbox
