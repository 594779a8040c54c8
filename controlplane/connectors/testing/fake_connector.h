// A system that lives in memory, and the connector for it: for tests of what drives connectors. For
// one thread.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_CONNECTOR_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_CONNECTOR_H_

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// The system itself. Tests write into it and look at it; methods are named as the connector's.
class FakeSystem {
 public:
  // `name` is what apps and connections call it. A record that is created is found by searches only
  // `search_lag` later.
  FakeSystem(std::string name, const Clock& clock,
             absl::Duration search_lag = absl::ZeroDuration());

  const ConnectorInfo& info() const { return info_; }

  // As if it had always been there.
  void Has(absl::string_view id, FieldMap fields);
  // As if it had been created just now, by whom it may: searches lag.
  Record Add(FieldMap fields);

  // The next call of this method does nothing and fails; several calls add up.
  void FailNext(absl::string_view method, absl::Status error);
  // The next call of this method does its work, and then its answer is lost.
  void LoseNextAnswer(absl::string_view method, absl::Status error);
  // Called once, at the beginning of the next call of this method.
  void During(absl::string_view method, std::function<void()> action);

  int calls(absl::string_view method) const;

  std::map<std::string, Record> records;  // by id
  Registration registration;
  std::vector<FieldMap> updates;  // what each Update was given

 private:
  friend class FakeConnector;

  absl::Status Enter(absl::string_view method);
  absl::Status Leave(absl::string_view method);

  const Clock& clock_;
  ConnectorInfo info_;
  int last_id_ = 0;
  std::map<std::string, absl::Time> searchable_at_;
  std::map<std::string, int, std::less<>> calls_;
  std::map<std::string, std::deque<absl::Status>, std::less<>> errors_;
  std::map<std::string, absl::Status, std::less<>> lost_answers_;
  std::map<std::string, std::function<void()>, std::less<>> actions_;
};

// Makes no calls through its ApiClient. Knows every object type; takes every delete mode; has no
// webhooks in. Needs `<type>.creation`, `<type>.deletion` and `<type>.change` of each field.
class FakeConnector final : public Connector {
 public:
  explicit FakeConnector(FakeSystem& system) : system_(system) {}

  const ConnectorInfo& info() const override { return system_.info(); }

  absl::Status Authorize(const CallCredential& credential, HttpRequest& request) const override;
  HttpRequest RefreshRequest(const AppIdentity& app,
                             absl::string_view refresh_token) const override;
  absl::StatusOr<RefreshedTokens> ParseRefresh(const HttpResponse& response) const override;
  absl::Status ResponseStatus(const HttpResponse& response) const override;
  std::optional<RateLimitReading> RateLimit(const HttpResponse& response) const override;
  absl::StatusOr<std::string> CheckAccount(ApiClient& api) const override;

  absl::Status FillHook(const AppIdentity& app, edge::v1::Hook& hook) const override;
  absl::StatusOr<std::vector<SourceEvent>> ParseRequest(
      const edge::v1::LoggedRequest& request) const override;

  std::vector<SubscriptionSpec> RequiredSubscriptions(
      absl::string_view object_type, const std::set<std::string>& fields) const override;
  absl::StatusOr<Registration> GetRegistration(ApiClient& api,
                                               const AppIdentity& app) const override;
  absl::Status SetTargetUrl(ApiClient& api, const AppIdentity& app,
                            absl::string_view url) const override;
  absl::StatusOr<std::string> CreateSubscription(ApiClient& api, const AppIdentity& app,
                                                 const SubscriptionSpec& spec) const override;
  absl::Status ActivateSubscription(ApiClient& api, const AppIdentity& app,
                                    absl::string_view external_id) const override;
  absl::Status DeleteSubscription(ApiClient& api, const AppIdentity& app,
                                  absl::string_view external_id) const override;

  absl::StatusOr<ObjectTypeInfo> DescribeObjectType(ApiClient& api,
                                                    absl::string_view object_type) const override;
  absl::StatusOr<std::vector<Record>> Read(ApiClient& api, absl::string_view object_type,
                                           const std::vector<std::string>& ids,
                                           const std::set<std::string>& fields) const override;
  absl::StatusOr<std::vector<Record>> Find(ApiClient& api, absl::string_view object_type,
                                           absl::string_view field, const nlohmann::json& value,
                                           const std::set<std::string>& fields) const override;
  absl::StatusOr<Record> Create(ApiClient& api, absl::string_view object_type,
                                const FieldMap& fields) const override;
  absl::StatusOr<Record> Update(ApiClient& api, absl::string_view object_type, absl::string_view id,
                                const FieldMap& fields) const override;
  absl::Status Remove(ApiClient& api, absl::string_view object_type, absl::string_view id,
                      DeleteMode mode) const override;
  bool SameValue(absl::string_view object_type, absl::string_view field,
                 const nlohmann::json& wanted, const nlohmann::json& current) const override;

 private:
  FakeSystem& system_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_TESTING_FAKE_CONNECTOR_H_
