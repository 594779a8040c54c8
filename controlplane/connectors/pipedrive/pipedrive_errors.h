// What Pipedrive's answers mean.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_ERRORS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_ERRORS_H_

#include <optional>

#include "absl/status/status.h"
#include "common/http/http_client.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// OK for 2xx, else as connector.h says, with Pipedrive's words. A 403 that is no JSON is what
// Cloudflare answers to who kept running into the limit: kResourceExhausted.
absl::Status PipedriveStatus(const HttpResponse& response);

// The same for an answer of the token endpoint: kUnauthenticated when Pipedrive itself refuses the
// grant.
absl::Status PipedriveTokenStatus(const HttpResponse& response);

// x-ratelimit-*: the burst limit, over 2 seconds.
std::optional<RateLimitReading> PipedriveRateLimit(const HttpResponse& response);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_ERRORS_H_
