// Webhook subscriptions at HubSpot: `/webhooks/v3/{appId}`. They belong to the app, one target URL
// for all of them.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_REGISTRATION_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_REGISTRATION_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// Creation, deletion, merge, and a propertyChange for each field that HubSpot lets be subscribed
// to.
std::vector<SubscriptionSpec> HubSpotRequiredSubscriptions(absl::string_view object_type,
                                                           const std::set<std::string>& fields);

// The calls, for one app. Lives as long as one use of it: holds references.
class HubSpotRegistration {
 public:
  HubSpotRegistration(const Connector& connector, ApiClient& api, absl::string_view base_url,
                      const AppIdentity& app);

  // kNotFound: HubSpot has no app of this id.
  absl::StatusOr<Registration> Get();
  // Keeps the throttling that is set.
  absl::Status SetTargetUrl(absl::string_view url);
  absl::StatusOr<std::string> Create(const SubscriptionSpec& spec);
  absl::Status Activate(absl::string_view external_id);
  absl::Status Delete(absl::string_view external_id);

 private:
  std::string SubscriptionUrl(absl::string_view external_id) const;
  // Null where the app has no settings yet.
  absl::StatusOr<nlohmann::json> GetSettings();

  const Connector& connector_;
  ApiClient& api_;
  const std::string url_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_REGISTRATION_H_
