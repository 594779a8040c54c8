// How HubSpot proves that a webhook is its own, as recipes for the edge.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_HOOK_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_HOOK_H_

#include "absl/status/status.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade {

// Signatures by developers.hubspot.com/docs/api/webhooks/validating-requests; see README.md.
//
// v3 is required. An app that lists v1 or v2 in accepted_signatures lets any one of these and v3
// stand alone, and with it a captured request be sent again for ever: neither signs a time. Both
// travel with v3 in ordinary webhooks, so that whoever drops the v3 header would get in by v1.
//
// kInvalidArgument for a signature that is not v1, v2 or v3; kFailedPrecondition for an app without
// a client secret.
absl::Status FillHubSpotHook(const AppIdentity& app, edge::v1::Hook& hook);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_HOOK_H_
