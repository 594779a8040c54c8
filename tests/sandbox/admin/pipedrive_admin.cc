#include "tests/sandbox/admin/pipedrive_admin.h"

#include <memory>
#include <string>

#include "common/random/random.h"
#include "common/status/status_macros.h"
#include "tests/sandbox/admin/admin_request.h"
#include "tests/sandbox/admin/front_routes.h"
#include "tests/sandbox/control/json_time.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

absl::StatusOr<std::shared_ptr<EntityStore>> StoreOf(FakePipedrive& pipedrive,
                                                     const ApiRequest& request) {
  FC_ASSIGN_OR_RETURN(const int64_t company,
                      ParseInteger("company", request.Parameter("company"), 0));
  std::shared_ptr<EntityStore> store = pipedrive.companies().Store(company);
  if (store == nullptr) return absl::NotFoundError("no such company");
  return store;
}

// A custom field of the company's own; gives its key.
absl::StatusOr<json> AddPersonField(FakePipedrive& pipedrive, const ApiRequest& request,
                                    const json& body) {
  FC_ASSIGN_OR_RETURN(const auto store, StoreOf(pipedrive, request));
  FC_ASSIGN_OR_RETURN(const std::string name, TextMember(body, "name", "Custom field"));
  FC_ASSIGN_OR_RETURN(const std::string type, TextMember(body, "type", "varchar"));
  return json{
      {"key", store->fields().AddCustom(*FindEntityKind("persons"), name, type, SecureRandom())}};
}

void AddCompanyRoutes(FakePipedrive& pipedrive, const Clock& clock, Router& router) {
  AddAdminRoute(router, "POST", "/pipedrive/companies",
                [&pipedrive](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const int64_t wanted, IntegerMember(body, "companyId", 0));
                  FC_ASSIGN_OR_RETURN(const PipedriveCompany company,
                                      pipedrive.companies().AddCompany(wanted));
                  return json{{"companyId", company.company_id},
                              {"userId", company.user_id},
                              {"apiToken", company.api_token}};
                });
  AddAdminRoute(router, "POST", "/pipedrive/apps",
                [&pipedrive](const ApiRequest&, const json& body) -> absl::StatusOr<json> {
                  PipedriveApp wanted;
                  FC_ASSIGN_OR_RETURN(wanted.client_id, TextMember(body, "clientId", ""));
                  FC_ASSIGN_OR_RETURN(wanted.client_secret, TextMember(body, "clientSecret", ""));
                  FC_ASSIGN_OR_RETURN(wanted.rotates_refresh_tokens,
                                      BoolMember(body, "rotatesRefreshTokens", false));
                  FC_ASSIGN_OR_RETURN(const int64_t ttl,
                                      IntegerMember(body, "accessTokenSeconds", 3599));
                  wanted.access_token_ttl = absl::Seconds(ttl);
                  const PipedriveApp app = pipedrive.companies().AddApp(wanted);
                  return json{{"clientId", app.client_id}, {"clientSecret", app.client_secret}};
                });
  AddAdminRoute(
      router, "POST", "/pipedrive/apps/{app}/install",
      [&pipedrive, &clock](const ApiRequest& request, const json& body) -> absl::StatusOr<json> {
        FC_ASSIGN_OR_RETURN(const int64_t company, IntegerMember(body, "companyId", 0));
        FC_ASSIGN_OR_RETURN(
            const PipedriveTokens tokens,
            pipedrive.companies().Install(request.Parameter("app"), company, clock.Now()));
        return json{{"accessToken", tokens.access_token},
                    {"refreshToken", tokens.refresh_token},
                    {"expiresIn", absl::ToInt64Seconds(tokens.expires_in)}};
      });
  AddAdminRoute(
      router, "POST", "/pipedrive/apps/{app}/expire-access-tokens",
      [&pipedrive, &clock](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
        pipedrive.companies().ExpireAccessTokens(request.Parameter("app"), clock.Now());
        return json::object();
      });
  AddAdminRoute(router, "POST", "/pipedrive/apps/{app}/revoke-refresh-tokens",
                [&pipedrive](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  pipedrive.companies().RevokeRefreshTokens(request.Parameter("app"));
                  return json::object();
                });
  AddAdminRoute(router, "POST", "/pipedrive/companies/{company}/person-fields",
                [&pipedrive](const ApiRequest& request, const json& body) {
                  return AddPersonField(pipedrive, request, body);
                });
}

absl::StatusOr<json> ChangeSettings(FakePipedrive& pipedrive, const json& body) {
  FC_ASSIGN_OR_RETURN(
      const int64_t lag,
      IntegerMember(body, "searchLagMs", absl::ToInt64Milliseconds(pipedrive.search_lag())));
  pipedrive.set_search_lag(absl::Milliseconds(lag));
  PipedriveLimitSettings limits = pipedrive.limits().settings();
  FC_ASSIGN_OR_RETURN(limits.on, BoolMember(body, "limits", limits.on));
  FC_ASSIGN_OR_RETURN(limits.daily, IntegerMember(body, "dailyTokens", limits.daily));
  FC_ASSIGN_OR_RETURN(limits.api_token_burst,
                      IntegerMember(body, "apiTokenBurst", limits.api_token_burst));
  FC_ASSIGN_OR_RETURN(limits.oauth_burst, IntegerMember(body, "oauthBurst", limits.oauth_burst));
  pipedrive.limits().set_settings(limits);
  return json{{"searchLagMs", lag},
              {"limits", limits.on},
              {"dailyTokens", limits.daily},
              {"apiTokenBurst", limits.api_token_burst},
              {"oauthBurst", limits.oauth_burst}};
}

// Everything that was ever written to every person, oldest first.
json HistoriesJson(const EntityStore& store) {
  json persons = json::object();
  for (const auto& [id, history] : store.Histories(*FindEntityKind("persons"))) {
    json versions = json::array();
    for (const auto& version : history.versions()) {
      versions.push_back({{"operation", version.value.operation},
                          {"writeTime", TimeText(version.write_time)},
                          {"writeUnixMs", UnixMillisOf(version.write_time)},
                          {"value", version.value.value}});
    }
    persons[std::to_string(id)] = versions;
  }
  return persons;
}

void AddHistoryRoutes(FakePipedrive& pipedrive, Router& router) {
  AddAdminRoute(router, "GET", "/pipedrive/companies/{company}/persons",
                [&pipedrive](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const auto store, StoreOf(pipedrive, request));
                  return json{{"persons", HistoriesJson(*store)}};
                });
  AddAdminRoute(router, "GET", "/pipedrive/companies/{company}/creates-by-email",
                [&pipedrive](const ApiRequest& request, const json&) -> absl::StatusOr<json> {
                  FC_ASSIGN_OR_RETURN(const auto store, StoreOf(pipedrive, request));
                  return json(store->CreatesByEmail(*FindEntityKind("persons")));
                });
}

}  // namespace

void AddPipedriveAdmin(FakePipedrive& pipedrive, const Clock& clock, Router& router) {
  AddFrontRoutes("pipedrive", pipedrive.front(), router);
  AddCompanyRoutes(pipedrive, clock, router);
  AddAdminRoute(router, "PUT", "/pipedrive/settings",
                [&pipedrive](const ApiRequest&, const json& body) {
                  return ChangeSettings(pipedrive, body);
                });
  AddHistoryRoutes(pipedrive, router);
}

}  // namespace fluxcascade::sandbox
