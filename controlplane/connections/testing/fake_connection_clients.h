// Clients for connectors that make no calls (FakeConnector): for tests.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_FAKE_CONNECTION_CLIENTS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_FAKE_CONNECTION_CLIENTS_H_

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "controlplane/connections/connection_clients.h"

namespace fluxcascade {

class FakeConnectionClients final : public ConnectionClients {
 public:
  absl::StatusOr<std::unique_ptr<ApiClient>> ForConnection(const store::v1::Connection&, absl::Time,
                                                           CallRecorder*) override {
    return std::make_unique<NoCalls>();
  }
  absl::StatusOr<std::unique_ptr<ApiClient>> ForApp(const store::v1::App&, absl::Time,
                                                    CallRecorder*) override {
    return std::make_unique<NoCalls>();
  }
  absl::StatusOr<AppIdentity> Identity(const store::v1::App& app) override {
    AppIdentity identity;
    identity.external_id = app.external_id();
    return identity;
  }
  std::optional<RateLimitState> RateLimit(absl::string_view) override { return limit; }

  // Of every connection.
  std::optional<RateLimitState> limit;

 private:
  class NoCalls final : public ApiClient {
   public:
    absl::StatusOr<HttpResponse> Call(HttpRequest, absl::string_view) override {
      return absl::UnimplementedError("fake clients make no calls");
    }
  };
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_FAKE_CONNECTION_CLIENTS_H_
