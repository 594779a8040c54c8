#include "controlplane/connectors/hubspot/hubspot_connector.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/hubspot/hubspot_errors.h"
#include "controlplane/connectors/hubspot/hubspot_hook.h"
#include "controlplane/connectors/hubspot/hubspot_object_types.h"
#include "controlplane/connectors/hubspot/hubspot_objects.h"
#include "controlplane/connectors/hubspot/hubspot_records.h"
#include "controlplane/connectors/hubspot/hubspot_registration.h"
#include "controlplane/connectors/hubspot/hubspot_webhooks.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/url.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

ConnectorInfo MakeInfo() {
  ConnectorInfo info;
  info.system = "hubspot";
  info.title = "HubSpot";
  info.source = true;
  info.target = true;
  for (const HubSpotObjectType& type : HubSpotObjectTypes()) {
    info.source_object_types.push_back(type.name);
    info.target_object_types.push_back(type.name);
  }
  // "It may take a few moments for newly created or updated records to appear in search results."
  info.search_lag = absl::Seconds(30);
  info.optional_signatures = {"v1", "v2"};
  return info;
}

}  // namespace

HubSpotConnector::HubSpotConnector(HubSpotOptions options)
    : options_(std::move(options)), info_(MakeInfo()) {}

absl::Status HubSpotConnector::Authorize(const CallCredential& credential,
                                         HttpRequest& request) const {
  if (credential.kind == CredentialKind::kDeveloperKey) {
    request.url = WithParameters(request.url, {{"hapikey", credential.secret}});
  } else {
    request.headers.emplace_back("Authorization", absl::StrCat("Bearer ", credential.secret));
  }
  return absl::OkStatus();
}

HttpRequest HubSpotConnector::RefreshRequest(const AppIdentity& app,
                                             absl::string_view refresh_token) const {
  HttpRequest request;
  request.method = "POST";
  request.url = options_.api_base_url + "/oauth/v1/token";
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                     {"Accept", "application/json"}};
  request.body = EncodeParameters({{"grant_type", "refresh_token"},
                                   {"client_id", app.client_id},
                                   {"client_secret", app.client_secret},
                                   {"refresh_token", std::string(refresh_token)}});
  return request;
}

absl::StatusOr<RefreshedTokens> HubSpotConnector::ParseRefresh(const HttpResponse& response) const {
  FC_RETURN_IF_ERROR(HubSpotTokenStatus(response));
  FC_ASSIGN_OR_RETURN(const json body, JsonBody(response, info_.title));
  RefreshedTokens tokens;
  tokens.access_token = StringMember(body, "access_token");
  tokens.refresh_token = StringMember(body, "refresh_token");
  tokens.expires_in = absl::Seconds(IntMember(body, "expires_in").value_or(0));
  if (tokens.access_token.empty()) {
    return absl::UnavailableError("HubSpot answered a refresh without an access token");
  }
  return tokens;
}

absl::Status HubSpotConnector::ResponseStatus(const HttpResponse& response) const {
  return HubSpotStatus(response);
}

std::optional<RateLimitReading> HubSpotConnector::RateLimit(const HttpResponse& response) const {
  return HubSpotRateLimit(response);
}

absl::StatusOr<std::string> HubSpotConnector::CheckAccount(ApiClient& api) const {
  FC_ASSIGN_OR_RETURN(
      const json answer,
      CallForJson(*this, api, GetRequest(options_.api_base_url + "/account-info/v3/details"),
                  "check"));
  std::string portal_id = IdMember(answer, "portalId");
  if (portal_id.empty()) return absl::UnavailableError("HubSpot answered with no portalId");
  return portal_id;
}

absl::Status HubSpotConnector::FillHook(const AppIdentity& app, edge::v1::Hook& hook) const {
  return FillHubSpotHook(app, hook);
}

absl::StatusOr<std::vector<SourceEvent>> HubSpotConnector::ParseRequest(
    const edge::v1::LoggedRequest& request) const {
  return ParseHubSpotEvents(request.body());
}

std::vector<SubscriptionSpec> HubSpotConnector::RequiredSubscriptions(
    absl::string_view object_type, const std::set<std::string>& fields) const {
  return HubSpotRequiredSubscriptions(object_type, fields);
}

absl::StatusOr<Registration> HubSpotConnector::GetRegistration(ApiClient& api,
                                                               const AppIdentity& app) const {
  return HubSpotRegistration(*this, api, options_.api_base_url, app).Get();
}

absl::Status HubSpotConnector::SetTargetUrl(ApiClient& api, const AppIdentity& app,
                                            absl::string_view url) const {
  return HubSpotRegistration(*this, api, options_.api_base_url, app).SetTargetUrl(url);
}

absl::StatusOr<std::string> HubSpotConnector::CreateSubscription(
    ApiClient& api, const AppIdentity& app, const SubscriptionSpec& spec) const {
  return HubSpotRegistration(*this, api, options_.api_base_url, app).Create(spec);
}

absl::Status HubSpotConnector::ActivateSubscription(ApiClient& api, const AppIdentity& app,
                                                    absl::string_view external_id) const {
  return HubSpotRegistration(*this, api, options_.api_base_url, app).Activate(external_id);
}

absl::Status HubSpotConnector::DeleteSubscription(ApiClient& api, const AppIdentity& app,
                                                  absl::string_view external_id) const {
  return HubSpotRegistration(*this, api, options_.api_base_url, app).Delete(external_id);
}

absl::StatusOr<ObjectTypeInfo> HubSpotConnector::DescribeObjectType(
    ApiClient& api, absl::string_view object_type) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Describe();
}

absl::StatusOr<std::vector<Record>> HubSpotConnector::Read(
    ApiClient& api, absl::string_view object_type, const std::vector<std::string>& ids,
    const std::set<std::string>& fields) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Read(ids, fields);
}

absl::StatusOr<std::vector<Record>> HubSpotConnector::Find(
    ApiClient& api, absl::string_view object_type, absl::string_view field, const json& value,
    const std::set<std::string>& fields) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Find(field, value, fields);
}

absl::StatusOr<Record> HubSpotConnector::Create(ApiClient& api, absl::string_view object_type,
                                                const FieldMap& fields) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Create(fields);
}

absl::StatusOr<Record> HubSpotConnector::Update(ApiClient& api, absl::string_view object_type,
                                                absl::string_view id,
                                                const FieldMap& fields) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Update(id, fields);
}

absl::Status HubSpotConnector::Remove(ApiClient& api, absl::string_view object_type,
                                      absl::string_view id, DeleteMode mode) const {
  FC_ASSIGN_OR_RETURN(const auto* type, FindHubSpotObjectType(object_type));
  if (mode != DeleteMode::kArchive) {
    return absl::UnimplementedError("HubSpot's records can be archived, not deleted");
  }
  return HubSpotObjects(*this, api, options_.api_base_url, *type).Archive(id);
}

bool HubSpotConnector::SameValue(absl::string_view /*object_type*/, absl::string_view field,
                                 const json& wanted, const json& current) const {
  return SameHubSpotValue(field, wanted, current);
}

}  // namespace fluxcascade
