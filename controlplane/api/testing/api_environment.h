// What the tests of the API's services share: everything that a service is made of, in memory, and
// rows to begin with.
#ifndef FLUXCASCADE_CONTROLPLANE_API_TESTING_API_ENVIRONMENT_H_
#define FLUXCASCADE_CONTROLPLANE_API_TESTING_API_ENVIRONMENT_H_

#include <atomic>
#include <memory>
#include <string>

#include "common/crypto/keyring.h"
#include "common/random/fake_random.h"
#include "common/time/fake_clock.h"
#include "controlplane/api/api_context.h"
#include "controlplane/api/testing/fake_systems.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

// The store has `workspaces/default` and the edge group `edgeGroups/main` at
// https://hooks.example, with configuration 1.
class ApiEnvironment {
 public:
  static constexpr char kWorkspace[] = "workspaces/default";
  static constexpr char kGroup[] = "edgeGroups/main";

  ApiEnvironment();

  // Must succeed.
  void Do(const Store::Body& body);

  // Rows, stored as they are: nothing is checked. Names are `workspaces/default/apps/<id>` and so
  // on.
  store::v1::App AddApp(const std::string& id, const std::string& system);
  // Active, with the sealed API token `fake-token-<id>`.
  store::v1::Connection AddConnection(const std::string& id, const store::v1::App& app);
  // Copies email to email.
  store::v1::Mapping AddMapping(const std::string& id, const store::v1::Connection& source,
                                const store::v1::Connection& target);

  store::v1::App App(const std::string& name);
  store::v1::Connection Connection(const std::string& name);
  store::v1::Mapping Mapping(const std::string& name);
  int64_t ConfigVersion(const std::string& group = kGroup);

  FakeClock clock;
  FakeRandom random;
  const Keyring keyring;
  const ConnectorRegistry connectors;
  const std::unique_ptr<Store> store;
  FakeSystems systems;
  QuarantineCalls quarantine_calls{clock, random};
  // How often the loops were woken.
  std::atomic<int> subscriptions_changed = 0;
  std::atomic<int> work = 0;
  ApiContext context;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_TESTING_API_ENVIRONMENT_H_
