// What the API's services are made of. All of it outlives them.
#ifndef FLUXCASCADE_CONTROLPLANE_API_API_CONTEXT_H_
#define FLUXCASCADE_CONTROLPLANE_API_API_CONTEXT_H_

#include <functional>
#include <string>

#include "common/crypto/keyring.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

struct ApiContext {
  Store& store;
  const ConnectorRegistry& connectors;
  ConnectionClients& clients;
  const Keyring& keyring;
  const Clock& clock;
  Random& random;
  QuarantineCalls& quarantine_calls;
  // Called after a commit that gave the subscription controller, or the queue's workers, something
  // to do.
  std::function<void()> on_subscriptions_changed;
  std::function<void()> on_work;
  // Whether endpoints and edge groups may be at addresses that are not public.
  bool allow_private_endpoints = false;
  std::string version;
};

// How long a call to a system made on behalf of an API call may take.
inline constexpr absl::Duration kApiSystemTimeout = absl::Seconds(10);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_API_CONTEXT_H_
