#include "controlplane/connectors/pipedrive/pipedrive_connector.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/http_error.h"
#include "controlplane/connectors/json_fields.h"
#include "controlplane/connectors/pipedrive/pipedrive_errors.h"
#include "controlplane/connectors/pipedrive/pipedrive_person_codec.h"
#include "controlplane/connectors/pipedrive/pipedrive_persons.h"
#include "controlplane/connectors/url.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

ConnectorInfo MakeInfo() {
  ConnectorInfo info;
  info.system = "pipedrive";
  info.title = "Pipedrive";
  info.target = true;
  info.target_object_types = {"person"};
  // Not documented; a guess on the safe side.
  info.search_lag = absl::Seconds(10);
  return info;
}

absl::Status NoWebhooks() {
  return absl::UnimplementedError("Pipedrive can be the target of a mapping, not its source");
}

absl::Status CheckObjectType(absl::string_view object_type) {
  if (object_type == "person") return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("Pipedrive has no object type '", object_type,
                                                 "' that can be synced; there are: person"));
}

}  // namespace

PipedriveConnector::PipedriveConnector(PipedriveOptions options)
    : options_(std::move(options)), info_(MakeInfo()) {}

absl::Status PipedriveConnector::Authorize(const CallCredential& credential,
                                           HttpRequest& request) const {
  switch (credential.kind) {
    case CredentialKind::kApiToken:
      request.headers.emplace_back("x-api-token", credential.secret);
      return absl::OkStatus();
    case CredentialKind::kOAuth:
      request.headers.emplace_back("Authorization", absl::StrCat("Bearer ", credential.secret));
      return absl::OkStatus();
    case CredentialKind::kDeveloperKey:
      break;
  }
  return absl::InvalidArgumentError(
      "Pipedrive takes an api_token or an oauth credential, not a developer_key");
}

HttpRequest PipedriveConnector::RefreshRequest(const AppIdentity& app,
                                               absl::string_view refresh_token) const {
  HttpRequest request;
  request.method = "POST";
  request.url = options_.oauth_base_url + "/oauth/token";
  request.headers = {
      {"Authorization",
       absl::StrCat("Basic ", Base64Encode(absl::StrCat(app.client_id, ":", app.client_secret)))},
      {"Content-Type", "application/x-www-form-urlencoded"},
      {"Accept", "application/json"}};
  request.body = EncodeParameters(
      {{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token)}});
  return request;
}

absl::StatusOr<RefreshedTokens> PipedriveConnector::ParseRefresh(
    const HttpResponse& response) const {
  FC_RETURN_IF_ERROR(PipedriveTokenStatus(response));
  FC_ASSIGN_OR_RETURN(const json body, JsonBody(response, info_.title));
  RefreshedTokens tokens;
  tokens.access_token = StringMember(body, "access_token");
  tokens.refresh_token = StringMember(body, "refresh_token");
  tokens.expires_in = absl::Seconds(IntMember(body, "expires_in").value_or(0));
  if (tokens.access_token.empty()) {
    return absl::UnavailableError("Pipedrive answered a refresh without an access token");
  }
  return tokens;
}

absl::Status PipedriveConnector::ResponseStatus(const HttpResponse& response) const {
  return PipedriveStatus(response);
}

std::optional<RateLimitReading> PipedriveConnector::RateLimit(const HttpResponse& response) const {
  return PipedriveRateLimit(response);
}

absl::StatusOr<std::string> PipedriveConnector::CheckAccount(ApiClient& api) const {
  FC_ASSIGN_OR_RETURN(
      const json answer,
      CallForJson(*this, api, GetRequest(options_.api_base_url + "/v1/users/me"), "check"));
  std::string company_id = IdMember(MemberOf(answer, "data"), "company_id");
  if (company_id.empty()) return absl::UnavailableError("Pipedrive answered with no company_id");
  return company_id;
}

absl::Status PipedriveConnector::FillHook(const AppIdentity&, edge::v1::Hook&) const {
  return NoWebhooks();
}

absl::StatusOr<std::vector<SourceEvent>> PipedriveConnector::ParseRequest(
    const edge::v1::LoggedRequest&) const {
  return NoWebhooks();
}

std::vector<SubscriptionSpec> PipedriveConnector::RequiredSubscriptions(
    absl::string_view, const std::set<std::string>&) const {
  return {};
}

absl::StatusOr<Registration> PipedriveConnector::GetRegistration(ApiClient&,
                                                                 const AppIdentity&) const {
  return NoWebhooks();
}

absl::Status PipedriveConnector::SetTargetUrl(ApiClient&, const AppIdentity&,
                                              absl::string_view) const {
  return NoWebhooks();
}

absl::StatusOr<std::string> PipedriveConnector::CreateSubscription(ApiClient&, const AppIdentity&,
                                                                   const SubscriptionSpec&) const {
  return NoWebhooks();
}

absl::Status PipedriveConnector::ActivateSubscription(ApiClient&, const AppIdentity&,
                                                      absl::string_view) const {
  return NoWebhooks();
}

absl::Status PipedriveConnector::DeleteSubscription(ApiClient&, const AppIdentity&,
                                                    absl::string_view) const {
  return NoWebhooks();
}

absl::StatusOr<ObjectTypeInfo> PipedriveConnector::DescribeObjectType(
    ApiClient& api, absl::string_view object_type) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  return PipedrivePersons(*this, api, options_.api_base_url).Describe();
}

absl::StatusOr<std::vector<Record>> PipedriveConnector::Read(
    ApiClient& api, absl::string_view object_type, const std::vector<std::string>& ids,
    const std::set<std::string>& fields) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  return PipedrivePersons(*this, api, options_.api_base_url).Read(ids, fields);
}

absl::StatusOr<std::vector<Record>> PipedriveConnector::Find(
    ApiClient& api, absl::string_view object_type, absl::string_view field, const json& value,
    const std::set<std::string>& fields) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  return PipedrivePersons(*this, api, options_.api_base_url).Find(field, value, fields);
}

absl::StatusOr<Record> PipedriveConnector::Create(ApiClient& api, absl::string_view object_type,
                                                  const FieldMap& fields) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  return PipedrivePersons(*this, api, options_.api_base_url).Create(fields);
}

absl::StatusOr<Record> PipedriveConnector::Update(ApiClient& api, absl::string_view object_type,
                                                  absl::string_view id,
                                                  const FieldMap& fields) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  return PipedrivePersons(*this, api, options_.api_base_url).Update(id, fields);
}

absl::Status PipedriveConnector::Remove(ApiClient& api, absl::string_view object_type,
                                        absl::string_view id, DeleteMode mode) const {
  FC_RETURN_IF_ERROR(CheckObjectType(object_type));
  if (mode != DeleteMode::kDelete) {
    return absl::UnimplementedError("Pipedrive's persons can be deleted, not archived");
  }
  return PipedrivePersons(*this, api, options_.api_base_url).Delete(id);
}

bool PipedriveConnector::SameValue(absl::string_view /*object_type*/, absl::string_view field,
                                   const json& wanted, const json& current) const {
  return SamePersonValue(field, wanted, current);
}

}  // namespace fluxcascade
