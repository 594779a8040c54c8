// HubSpot's webhooks: what a request holds. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_WEBHOOKS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_WEBHOOKS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// `body` is a JSON array of at most 100 events
// (developers.hubspot.com/docs/api/webhooks); more are read as well. kInvalidArgument when it is no
// array: nothing in it can be told apart. Every item gives one event, in order.
absl::StatusOr<std::vector<SourceEvent>> ParseHubSpotEvents(absl::string_view body);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_WEBHOOKS_H_
