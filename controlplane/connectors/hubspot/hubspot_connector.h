// HubSpot, as a source and a target of contacts. README.md has its quirks, with links.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_CONNECTOR_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_CONNECTOR_H_

#include <set>
#include <string>
#include <vector>

#include "controlplane/connectors/connector.h"

namespace fluxcascade {

struct HubSpotOptions {
  // Without a slash at its end.
  std::string api_base_url = "https://api.hubapi.com";
};

class HubSpotConnector final : public Connector {
 public:
  explicit HubSpotConnector(HubSpotOptions options);

  const ConnectorInfo& info() const override { return info_; }

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
  const HubSpotOptions options_;
  const ConnectorInfo info_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_CONNECTOR_H_
