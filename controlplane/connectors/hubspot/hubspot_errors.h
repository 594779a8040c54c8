// What HubSpot's answers mean.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_ERRORS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_ERRORS_H_

#include <optional>

#include "absl/status/status.h"
#include "common/http/http_client.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// OK for 2xx, else as connector.h says, with HubSpot's category, message, the messages of single
// properties and the correlation id. See README.md for the codes that are HubSpot's own.
absl::Status HubSpotStatus(const HttpResponse& response);

// The same for an answer of the token endpoint: kUnauthenticated when HubSpot itself refuses the
// grant.
absl::Status HubSpotTokenStatus(const HttpResponse& response);

// X-HubSpot-RateLimit-*. Search answers carry none.
std::optional<RateLimitReading> HubSpotRateLimit(const HttpResponse& response);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_ERRORS_H_
