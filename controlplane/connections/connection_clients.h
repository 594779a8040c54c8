// Gives the clients through which connectors call a system: authorised, within the rate limit,
// recorded.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/connections/call_recorder.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// How long a call waits in place for its turn within the rate limit; what would wait longer is
// kResourceExhausted at once, with RetryAfter.
inline constexpr absl::Duration kMaxTurnWait = absl::Seconds(15);

struct RateLimitState {
  int64_t limit = 0;
  int64_t remaining = 0;
  absl::Time observe_time;
  std::optional<absl::Time> blocked_until;
};

// Thread-safe. The implementation is MakeConnectionClients' in connection_clients_impl.h; tests
// have their own.
class ConnectionClients {
 public:
  virtual ~ConnectionClients() = default;

  // Calls end by `deadline`. `recorder` may be null. When the system no longer takes the
  // connection's credential, calls are kUnauthenticated and the connection's stored state has
  // become AUTHORIZATION_FAILED, with the system's words.
  virtual absl::StatusOr<std::unique_ptr<ApiClient>> ForConnection(
      const store::v1::Connection& connection, absl::Time deadline, CallRecorder* recorder) = 0;

  // With the app's webhook credential, for registering.
  virtual absl::StatusOr<std::unique_ptr<ApiClient>> ForApp(const store::v1::App& app,
                                                            absl::Time deadline,
                                                            CallRecorder* recorder) = 0;

  // The app with its secrets opened.
  virtual absl::StatusOr<AppIdentity> Identity(const store::v1::App& app) = 0;

  // As last seen; nothing before the first call.
  virtual std::optional<RateLimitState> RateLimit(absl::string_view connection) = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_H_
