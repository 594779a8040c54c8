// ConnectionClients over the store and the network.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_IMPL_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_IMPL_H_

#include <functional>
#include <memory>

#include "common/crypto/keyring.h"
#include "common/http/http_client.h"
#include "common/time/clock.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

// All outlive what is made of them.
struct ConnectionClientsDependencies {
  Store& store;
  const Keyring& keyring;
  const ConnectorRegistry& connectors;
  HttpClient& http;
  const Clock& clock;
  // How a call waits for its turn: real time passes, or false when all waits are to end.
  std::function<bool(absl::Duration)> pause;
};

// Outlives the clients that it gives.
std::unique_ptr<ConnectionClients> MakeConnectionClients(
    const ConnectionClientsDependencies& dependencies);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_CLIENTS_IMPL_H_
