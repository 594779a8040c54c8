// What stands between a connector and the network, one layer a concern.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_API_CLIENTS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_API_CLIENTS_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "common/time/clock.h"
#include "controlplane/connections/call_recorder.h"
#include "controlplane/connections/rate_limiter.h"
#include "controlplane/connections/token_source.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// No single call takes longer, however far the deadline.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(30);

// Searches are limited apart from all else by the systems that have them.
inline constexpr char kSearchPhase[] = "search";

// The limits of one account.
struct AccountLimits {
  explicit AccountLimits(const Clock& clock) : calls(clock), searches(clock) {}

  RateLimiter calls;
  RateLimiter searches;
};

// All references outlive the client.
struct ApiClientParts {
  std::string resource;  // whose credential authorises the calls
  const Connector& connector;
  HttpClient& http;
  TokenSource& tokens;
  AccountLimits& limits;
  const Clock& clock;
  absl::Time deadline;
  CallRecorder* recorder = nullptr;  // may be null
  // Waits so long; false when the wait is to be given up.
  std::function<bool(absl::Duration)> pause;
};

// From the connector to the network: recorded, authorised (a 401 is tried once more with a fresh
// token), limited (waits for its turn, at most kMaxTurnWait and within the deadline), sent. Answers
// and errors that repeat the credential have lost it.
std::unique_ptr<ApiClient> MakeApiClient(const ApiClientParts& parts);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_API_CLIENTS_H_
