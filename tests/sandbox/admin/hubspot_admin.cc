#include "tests/sandbox/admin/hubspot_admin.h"

#include <optional>
#include <string>
#include <utility>

#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"
#include "tests/sandbox/admin/front_routes.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

void AddAccountRoutes(FakeHubSpot& hubspot, const Clock& clock, Router& router) {
  AddAdminRoute(router, "POST", "/hubspot/accounts",
                [&hubspot](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t wanted, IntegerMember(body, "portalId", 0));
                  FC_ASSIGN_OR_RETURN(const int64_t portal_id,
                                      hubspot.accounts().AddAccount(wanted));
                  return json{{"portalId", portal_id}};
                });
  AddAdminRoute(router, "POST", "/hubspot/apps",
                [&hubspot](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  HubSpotApp wanted;
                  FC_ASSIGN_OR_RETURN(wanted.app_id, IntegerMember(body, "appId", 0));
                  FC_ASSIGN_OR_RETURN(wanted.client_id, TextMember(body, "clientId", ""));
                  FC_ASSIGN_OR_RETURN(wanted.client_secret, TextMember(body, "clientSecret", ""));
                  FC_ASSIGN_OR_RETURN(wanted.rotates_refresh_tokens,
                                      BoolMember(body, "rotatesRefreshTokens", false));
                  FC_ASSIGN_OR_RETURN(const int64_t ttl,
                                      IntegerMember(body, "accessTokenSeconds", 1800));
                  wanted.access_token_ttl = absl::Seconds(ttl);
                  FC_ASSIGN_OR_RETURN(const HubSpotApp app, hubspot.accounts().AddApp(wanted));
                  return json{{"appId", app.app_id},
                              {"clientId", app.client_id},
                              {"clientSecret", app.client_secret},
                              {"developerKey", app.developer_key}};
                });
  AddAdminRoute(
      router, "POST", "/hubspot/apps/{app}/install",
      [&hubspot, &clock](const ApiRequest& request, const json& body) -> absl::StatusOr<json> {
        FC_ASSIGN_OR_RETURN(const int64_t app, ParseInteger("app", request.Parameter("app"), 0));
        FC_ASSIGN_OR_RETURN(const int64_t portal_id, IntegerMember(body, "portalId", 0));
        FC_ASSIGN_OR_RETURN(const TokenPair tokens,
                            hubspot.accounts().Install(app, portal_id, clock.Now()));
        return json{{"accessToken", tokens.access_token},
                    {"refreshToken", tokens.refresh_token},
                    {"expiresIn", absl::ToInt64Seconds(tokens.expires_in)}};
      });
  AddAdminRoute(router, "POST", "/hubspot/private-tokens",
                [&hubspot](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t portal_id, IntegerMember(body, "portalId", 0));
                  FC_ASSIGN_OR_RETURN(const std::string token,
                                      hubspot.accounts().AddPrivateToken(portal_id));
                  return json{{"token", token}};
                });
  AddAdminRoute(router, "POST", "/hubspot/apps/{app}/expire-access-tokens",
                [&hubspot, &clock](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t app,
                                      ParseInteger("app", request.Parameter("app"), 0));
                  hubspot.accounts().ExpireAccessTokens(app, clock.Now());
                  return json::object();
                });
  AddAdminRoute(router, "POST", "/hubspot/apps/{app}/revoke-refresh-tokens",
                [&hubspot](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t app,
                                      ParseInteger("app", request.Parameter("app"), 0));
                  hubspot.accounts().RevokeRefreshTokens(app);
                  return json::object();
                });
}

absl::StatusOr<json> ChangeSettings(FakeHubSpot& hubspot, const json& body) {
  FC_ASSIGN_OR_RETURN(
      const int64_t lag,
      IntegerMember(body, "searchLagMs", absl::ToInt64Milliseconds(hubspot.search_lag())));
  hubspot.set_search_lag(absl::Milliseconds(lag));
  HubSpotLimitSettings limits = hubspot.limits().settings();
  FC_ASSIGN_OR_RETURN(limits.on, BoolMember(body, "limits", limits.on));
  hubspot.limits().set_settings(limits);
  WebhookQueueSettings queue = hubspot.sender().queue_settings();
  FC_ASSIGN_OR_RETURN(queue.retries, BoolMember(body, "retries", queue.retries));
  FC_ASSIGN_OR_RETURN(queue.retry_time_scale,
                      NumberMember(body, "retryTimeScale", queue.retry_time_scale));
  FC_ASSIGN_OR_RETURN(
      const int64_t window,
      IntegerMember(body, "batchWindowMs", absl::ToInt64Milliseconds(queue.batch_window)));
  queue.batch_window = absl::Milliseconds(window);
  FC_ASSIGN_OR_RETURN(const int64_t batch,
                      IntegerMember(body, "maxBatch", static_cast<int64_t>(queue.max_batch)));
  queue.max_batch = static_cast<size_t>(batch);
  FC_ASSIGN_OR_RETURN(const int64_t duplicates,
                      IntegerMember(body, "duplicatePercent", queue.duplicate_percent));
  queue.duplicate_percent = static_cast<int>(duplicates);
  hubspot.sender().set_queue_settings(queue);
  FC_ASSIGN_OR_RETURN(
      const bool on_create,
      BoolMember(body, "propertyChangesOnCreate", hubspot.sender().property_changes_on_create()));
  hubspot.sender().set_property_changes_on_create(on_create);
  return json{{"searchLagMs", lag},
              {"limits", limits.on},
              {"retries", queue.retries},
              {"retryTimeScale", queue.retry_time_scale},
              {"batchWindowMs", window},
              {"maxBatch", batch},
              {"duplicatePercent", duplicates},
              {"propertyChangesOnCreate", on_create}};
}

void AddWebhookRoutes(FakeHubSpot& hubspot, Router& router) {
  AddAdminRoute(router, "GET", "/hubspot/webhooks",
                [&hubspot](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t after,
                                      ParseInteger("after", request.Query("after"), 0));
                  FC_ASSIGN_OR_RETURN(const int64_t limit,
                                      ParseInteger("limit", request.Query("limit"), 1000));
                  json list = json::array();
                  for (const SentWebhook& sent :
                       hubspot.sender().log().Requests(after, static_cast<size_t>(limit))) {
                    list.push_back(SentWebhookJson(sent));
                  }
                  return json{{"webhooks", list},
                              {"unfinished", hubspot.sender().unfinished()},
                              {"counts", hubspot.sender().log().Counts()}};
                });
  AddAdminRoute(router, "GET", "/hubspot/events",
                [&hubspot](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  std::optional<bool> acknowledged;
                  if (request.HasQuery("acknowledged")) {
                    acknowledged = request.Query("acknowledged") == "true";
                  }
                  json list = json::array();
                  for (const EventFate& fate : hubspot.sender().log().Events(acknowledged)) {
                    list.push_back(EventFateJson(fate));
                  }
                  return json{{"events", list}};
                });
  AddAdminRoute(router, "POST", "/hubspot/send",
                [&hubspot](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const std::string url, TextMember(body, "url", ""));
                  FC_ASSIGN_OR_RETURN(const std::string text, TextMember(body, "body", "[]"));
                  FC_ASSIGN_OR_RETURN(const std::string secret, TextMember(body, "secret", ""));
                  const PostResult result = hubspot.sender().SendNow(url, text, secret);
                  return json{{"status", result.status}, {"error", result.error}};
                });
}

// What HubSpot offers on its own pages only.
absl::StatusOr<json> RestoreContact(FakeHubSpot& hubspot, const ApiRequest& request,
                                    const json& body) {
  FC_ASSIGN_OR_RETURN(const int64_t portal_id, IntegerMember(body, "portalId", 0));
  FC_ASSIGN_OR_RETURN(const int64_t id, ParseInteger("id", request.Parameter("id"), 0));
  const CrmSession session = hubspot.UserSession(portal_id);
  if (session.store == nullptr) return absl::NotFoundError("portalId: no such account");
  FC_RETURN_IF_ERROR(hubspot.service().Restore(session, *FindCrmType("contact"), id).status());
  return json::object();
}

void AddGenerateRoutes(FakeHubSpot& hubspot, Router& router) {
  AddAdminRoute(
      router, "POST", "/hubspot/contacts/generate",
      [&hubspot](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
        GenerateRequest wanted;
        FC_ASSIGN_OR_RETURN(const int64_t portal_id, IntegerMember(body, "portalId", 0));
        FC_ASSIGN_OR_RETURN(wanted.count, IntegerMember(body, "count", 0));
        FC_ASSIGN_OR_RETURN(wanted.rate_per_s, NumberMember(body, "ratePerS", wanted.rate_per_s));
        FC_ASSIGN_OR_RETURN(wanted.prefix, TextMember(body, "prefix", wanted.prefix));
        FC_ASSIGN_OR_RETURN(wanted.first, IntegerMember(body, "first", wanted.first));
        FC_ASSIGN_OR_RETURN(wanted.update, BoolMember(body, "update", false));
        FC_ASSIGN_OR_RETURN(wanted.contacts, IntegerMember(body, "contacts", 0));
        FC_ASSIGN_OR_RETURN(wanted.version_property,
                            TextMember(body, "versionProperty", wanted.version_property));
        const CrmSession session = hubspot.UserSession(portal_id);
        if (session.store == nullptr) return absl::NotFoundError("portalId: no such account");
        FC_ASSIGN_OR_RETURN(const std::string id, hubspot.generator().Start(session, wanted));
        return json{{"id", id}};
      });
  AddAdminRoute(router, "GET", "/hubspot/contacts/generate",
                [&hubspot](const ApiRequest&, const json&) -> absl::StatusOr<json> {
                  json list = json::array();
                  for (const GenerateProgress& run : hubspot.generator().Progress()) {
                    list.push_back({{"id", run.id},
                                    {"wanted", run.wanted},
                                    {"done", run.done},
                                    {"failed", run.failed},
                                    {"running", run.running}});
                  }
                  return json{{"runs", list}};
                });
}

}  // namespace

void AddHubSpotAdmin(FakeHubSpot& hubspot, const Clock& clock, Router& router) {
  AddFrontRoutes("hubspot", hubspot.front(), router);
  AddAccountRoutes(hubspot, clock, router);
  AddAdminRoute(
      router, "PUT", "/hubspot/settings",
      [&hubspot](const ApiRequest&, const json& body) { return ChangeSettings(hubspot, body); });
  AddWebhookRoutes(hubspot, router);
  AddGenerateRoutes(hubspot, router);
  AddAdminRoute(router, "POST", "/hubspot/contacts/{id}/restore",
                [&hubspot](const ApiRequest& request, const json& body) {
                  return RestoreContact(hubspot, request, body);
                });
}

}  // namespace fluxcascade::sandbox
