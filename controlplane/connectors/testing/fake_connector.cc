#include "controlplane/connectors/testing/fake_connector.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

absl::Status NotMade() { return absl::UnimplementedError("the fake system has no such thing"); }

}  // namespace

FakeSystem::FakeSystem(std::string name, const Clock& clock, absl::Duration search_lag)
    : clock_(clock) {
  info_.title = name;
  info_.system = std::move(name);
  info_.source = info_.target = true;
  info_.search_lag = search_lag;
}

void FakeSystem::Has(absl::string_view id, FieldMap fields) {
  Record& record = records[std::string(id)];
  record.id = std::string(id);
  record.fields = std::move(fields);
}

Record FakeSystem::Add(FieldMap fields) {
  const std::string id = absl::StrCat(info_.system, "-", ++last_id_);
  Has(id, std::move(fields));
  searchable_at_[id] = clock_.Now() + info_.search_lag;
  return records[id];
}

void FakeSystem::FailNext(absl::string_view method, absl::Status error) {
  errors_[std::string(method)].push_back(std::move(error));
}

void FakeSystem::LoseNextAnswer(absl::string_view method, absl::Status error) {
  lost_answers_[std::string(method)] = std::move(error);
}

void FakeSystem::During(absl::string_view method, std::function<void()> action) {
  actions_[std::string(method)] = std::move(action);
}

int FakeSystem::calls(absl::string_view method) const {
  const auto found = calls_.find(method);
  return found == calls_.end() ? 0 : found->second;
}

absl::Status FakeSystem::Enter(absl::string_view method) {
  ++calls_[std::string(method)];
  if (auto action = actions_.extract(std::string(method)); !action.empty()) action.mapped()();
  std::deque<absl::Status>& errors = errors_[std::string(method)];
  if (errors.empty()) return absl::OkStatus();
  absl::Status error = std::move(errors.front());
  errors.pop_front();
  return error;
}

absl::Status FakeSystem::Leave(absl::string_view method) {
  auto lost = lost_answers_.extract(std::string(method));
  return lost.empty() ? absl::OkStatus() : lost.mapped();
}

absl::Status FakeConnector::Authorize(const CallCredential&, HttpRequest&) const {
  return absl::OkStatus();
}
HttpRequest FakeConnector::RefreshRequest(const AppIdentity&, absl::string_view) const {
  return {};
}
absl::StatusOr<RefreshedTokens> FakeConnector::ParseRefresh(const HttpResponse&) const {
  return NotMade();
}
absl::Status FakeConnector::ResponseStatus(const HttpResponse&) const { return absl::OkStatus(); }
std::optional<RateLimitReading> FakeConnector::RateLimit(const HttpResponse&) const {
  return std::nullopt;
}
absl::StatusOr<std::string> FakeConnector::CheckAccount(ApiClient&) const {
  FC_RETURN_IF_ERROR(system_.Enter("CheckAccount"));
  return "account";
}
absl::Status FakeConnector::FillHook(const AppIdentity&, edge::v1::Hook&) const {
  return NotMade();
}
absl::StatusOr<std::vector<SourceEvent>> FakeConnector::ParseRequest(
    const edge::v1::LoggedRequest&) const {
  return NotMade();
}
absl::StatusOr<ObjectTypeInfo> FakeConnector::DescribeObjectType(ApiClient&,
                                                                 absl::string_view) const {
  return NotMade();
}

std::vector<SubscriptionSpec> FakeConnector::RequiredSubscriptions(
    absl::string_view object_type, const std::set<std::string>& fields) const {
  std::vector<SubscriptionSpec> specs;
  for (const std::string& field : fields) {
    specs.push_back({absl::StrCat(object_type, ".change"), field});
  }
  specs.push_back({absl::StrCat(object_type, ".creation"), ""});
  specs.push_back({absl::StrCat(object_type, ".deletion"), ""});
  return specs;
}

absl::StatusOr<Registration> FakeConnector::GetRegistration(ApiClient&, const AppIdentity&) const {
  FC_RETURN_IF_ERROR(system_.Enter("GetRegistration"));
  return system_.registration;
}

absl::Status FakeConnector::SetTargetUrl(ApiClient&, const AppIdentity&,
                                         absl::string_view url) const {
  FC_RETURN_IF_ERROR(system_.Enter("SetTargetUrl"));
  system_.registration.target_url = std::string(url);
  return system_.Leave("SetTargetUrl");
}

absl::StatusOr<std::string> FakeConnector::CreateSubscription(ApiClient&, const AppIdentity&,
                                                              const SubscriptionSpec& spec) const {
  FC_RETURN_IF_ERROR(system_.Enter("CreateSubscription"));
  const std::string id = absl::StrCat("subscription-", ++system_.last_id_);
  system_.registration.subscriptions.push_back({spec, id, true});
  FC_RETURN_IF_ERROR(system_.Leave("CreateSubscription"));
  return id;
}

absl::Status FakeConnector::ActivateSubscription(ApiClient&, const AppIdentity&,
                                                 absl::string_view external_id) const {
  FC_RETURN_IF_ERROR(system_.Enter("ActivateSubscription"));
  for (ActualSubscription& subscription : system_.registration.subscriptions) {
    if (subscription.external_id == external_id) subscription.active = true;
  }
  return system_.Leave("ActivateSubscription");
}

absl::Status FakeConnector::DeleteSubscription(ApiClient&, const AppIdentity&,
                                               absl::string_view external_id) const {
  FC_RETURN_IF_ERROR(system_.Enter("DeleteSubscription"));
  std::erase_if(system_.registration.subscriptions,
                [&](const ActualSubscription& is) { return is.external_id == external_id; });
  return system_.Leave("DeleteSubscription");
}

absl::StatusOr<std::vector<Record>> FakeConnector::Read(ApiClient&, absl::string_view,
                                                        const std::vector<std::string>& ids,
                                                        const std::set<std::string>&) const {
  FC_RETURN_IF_ERROR(system_.Enter("Read"));
  std::vector<Record> read;
  for (const std::string& id : ids) {
    const auto found = system_.records.find(id);
    if (found != system_.records.end()) read.push_back(found->second);
  }
  return read;
}

absl::StatusOr<std::vector<Record>> FakeConnector::Find(ApiClient&, absl::string_view,
                                                        absl::string_view field,
                                                        const nlohmann::json& value,
                                                        const std::set<std::string>&) const {
  FC_RETURN_IF_ERROR(system_.Enter("Find"));
  std::vector<Record> found;
  for (const auto& [id, record] : system_.records) {
    const auto at = record.fields.find(field);
    const auto known_at = system_.searchable_at_.find(id);
    const bool known =
        known_at == system_.searchable_at_.end() || known_at->second <= system_.clock_.Now();
    if (known && !record.archived && at != record.fields.end() && at->second == value) {
      found.push_back(record);
    }
  }
  return found;
}

absl::StatusOr<Record> FakeConnector::Create(ApiClient&, absl::string_view,
                                             const FieldMap& fields) const {
  FC_RETURN_IF_ERROR(system_.Enter("Create"));
  const Record created = system_.Add(fields);
  FC_RETURN_IF_ERROR(system_.Leave("Create"));
  return created;
}

absl::StatusOr<Record> FakeConnector::Update(ApiClient&, absl::string_view, absl::string_view id,
                                             const FieldMap& fields) const {
  FC_RETURN_IF_ERROR(system_.Enter("Update"));
  const auto found = system_.records.find(std::string(id));
  if (found == system_.records.end()) return absl::NotFoundError(absl::StrCat("no record ", id));
  system_.updates.push_back(fields);
  for (const auto& [name, value] : fields) found->second.fields[name] = value;
  FC_RETURN_IF_ERROR(system_.Leave("Update"));
  return found->second;
}

absl::Status FakeConnector::Remove(ApiClient&, absl::string_view, absl::string_view id,
                                   DeleteMode mode) const {
  FC_RETURN_IF_ERROR(system_.Enter("Remove"));
  const auto found = system_.records.find(std::string(id));
  if (found != system_.records.end()) {
    if (mode == DeleteMode::kArchive) {
      found->second.archived = true;
    } else {
      system_.records.erase(found);
    }
  }
  return system_.Leave("Remove");
}

bool FakeConnector::SameValue(absl::string_view, absl::string_view, const nlohmann::json& wanted,
                              const nlohmann::json& current) const {
  return wanted == current;
}

}  // namespace fluxcascade
