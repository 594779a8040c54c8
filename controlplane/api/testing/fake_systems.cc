#include "controlplane/api/testing/fake_systems.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/connectors/testing/fake_api_client.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

json HubSpotProperties() {
  json results = json::array();
  for (const char* name : {"email", "firstname", "lastname"}) {
    results.push_back({{"name", name}, {"type", "string"}});
  }
  results.push_back({{"name", "createdate"},
                     {"type", "datetime"},
                     {"modificationMetadata", {{"readOnlyValue", true}}}});
  return {{"results", results}};
}

json PipedriveFields() {
  json data = json::array();
  data.push_back({{"key", "name"}, {"field_type", "varchar"}});
  data.push_back({{"key", "email"}, {"field_type", "varchar"}});
  data.push_back({{"key", "phone"}, {"field_type", "phone"}});
  return {{"success", true}, {"data", data}};
}

std::string CredentialOf(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name == "Authorization" || name == "x-api-token") return value;
  }
  return "";
}

}  // namespace

FakeSystems::FakeSystems(const Keyring& keyring, const ConnectorRegistry& connectors)
    : keyring_(keyring), connectors_(connectors) {
  Answer("/account-info/v3/details", 200, {{"portalId", 1001}});
  Answer("/crm/v3/properties/contacts", 200, HubSpotProperties());
  Answer("/v1/users/me", 200, {{"success", true}, {"data", {{"company_id", 2002}}}});
  Answer("/v1/personFields", 200, PipedriveFields());
}

void FakeSystems::Answer(const std::string& part, int status, const json& body) {
  MutexLock lock(mutex_);
  answers_[part] = {status, body};
}

void FakeSystems::FailWith(const absl::Status& error) {
  MutexLock lock(mutex_);
  error_ = error;
}

void FakeSystems::During(std::function<void()> action) {
  MutexLock lock(mutex_);
  action_ = std::move(action);
}

void FakeSystems::SetRateLimit(const RateLimitState& limit) {
  MutexLock lock(mutex_);
  limit_ = limit;
}

std::vector<std::string> FakeSystems::credentials_used() const {
  MutexLock lock(mutex_);
  return credentials_used_;
}

absl::StatusOr<std::unique_ptr<ApiClient>> FakeSystems::ForConnection(
    const store::v1::Connection& connection, absl::Time, CallRecorder*) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, connectors_.Find(connection.system()));
  FC_ASSIGN_OR_RETURN(const PlainCredential plain,
                      OpenCredential(keyring_, connection.credential(), connection.name()));
  const CallCredential credential{
      plain.kind, plain.kind == CredentialKind::kOAuth ? plain.access_token : plain.token};
  return std::make_unique<FakeApiClient>(
      *connector, credential, [this](const HttpRequest& request) { return Handle(request); });
}

absl::StatusOr<std::unique_ptr<ApiClient>> FakeSystems::ForApp(const store::v1::App& app,
                                                               absl::Time, CallRecorder*) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, connectors_.Find(app.system()));
  return std::make_unique<FakeApiClient>(
      *connector, CallCredential{CredentialKind::kDeveloperKey, "fake-developer-key"},
      [this](const HttpRequest& request) { return Handle(request); });
}

absl::StatusOr<AppIdentity> FakeSystems::Identity(const store::v1::App& app) {
  return OpenAppIdentity(keyring_, app);
}

std::optional<RateLimitState> FakeSystems::RateLimit(absl::string_view) {
  MutexLock lock(mutex_);
  return limit_;
}

absl::StatusOr<HttpResponse> FakeSystems::Handle(const HttpRequest& request) {
  absl::StatusOr<HttpResponse> answer = AnswerTo(request);
  std::function<void()> action;
  {
    MutexLock lock(mutex_);
    action.swap(action_);
  }
  if (action) action();
  return answer;
}

absl::StatusOr<HttpResponse> FakeSystems::AnswerTo(const HttpRequest& request) {
  MutexLock lock(mutex_);
  credentials_used_.push_back(CredentialOf(request));
  FC_RETURN_IF_ERROR(error_);
  for (const auto& [part, canned] : answers_) {
    if (absl::StrContains(request.url, part)) return FakeAnswer(canned.status, canned.body);
  }
  return absl::UnimplementedError(absl::StrCat("the fake systems do not know ", request.url));
}

}  // namespace fluxcascade
