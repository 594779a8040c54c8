// What the edges of a group are to know: a hook for each app that receives webhooks there.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_CONFIG_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_CONFIG_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// How long the hook of a deleted app goes on being served: requests that were sent before the
// system stopped sending.
inline constexpr absl::Duration kHookGracePeriod = absl::Hours(1);

// When the hook of an app is no longer served, neither by us nor by an edge that hears nothing of
// us; infinitely late while the app is not deleted. It is served at that very moment and not after
// it.
absl::Time HookEnd(const store::v1::App& app);

// Opens an app's sealed secrets.
using OpenApp = std::function<absl::StatusOr<AppIdentity>(const store::v1::App&)>;

// `<public base URL>/v1/hooks/<token>`.
std::string HookUrl(const store::v1::EdgeGroup& group, const store::v1::App& app);

// The whole configuration of a group, at its config_version. An app whose hook can't be made (its
// secrets can't be opened) fails the whole, by name: a config without its hook would make the edges
// refuse its webhooks.
absl::StatusOr<edge::v1::Config> BuildEdgeConfig(Transaction& tx, absl::string_view edge_group,
                                                 const ConnectorRegistry& connectors,
                                                 const OpenApp& open_app, absl::Time now);

// To be called in every transaction that changes what BuildEdgeConfig reads.
absl::Status BumpConfigVersion(Transaction& tx, absl::string_view edge_group);

// Why no subscription that points at this group's hooks may be made yet: no live edge, or one that
// has not applied the configuration, by its own word since it connected. OK when all live edges
// have. A node counts as live when it is connected and was seen within `kNodeSilence`.
inline constexpr absl::Duration kNodeSilence = absl::Seconds(30);
absl::Status CheckEdgesReady(Transaction& tx, absl::string_view edge_group, absl::Time now);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_CONFIG_H_
