// What the tests of this folder share: an app, a connection, and a system that gives out tokens.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_CONNECTIONS_ENVIRONMENT_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_CONNECTIONS_ENVIRONMENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "common/crypto/keyring.h"
#include "common/http/fake_http_client.h"
#include "common/mutex/mutex.h"
#include "common/random/fake_random.h"
#include "common/time/fake_clock.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

// The token endpoint of a system whose refresh tokens rotate: each refresh gives fake-access-<n>
// and fake-refresh-<n>. Thread-safe.
class FakeTokenEndpoint {
 public:
  HttpResponse Answer(const HttpRequest& request);

  // A refresh token is dead as soon as it was used; else when the next one is used.
  void TakeOldTokensBackAtOnce();
  void RevokeAll();
  int refreshes() const;

 private:
  mutable Mutex mutex_;
  bool strict_ FC_GUARDED_BY(mutex_) = false;
  int count_ FC_GUARDED_BY(mutex_) = 0;
  std::string newest_ FC_GUARDED_BY(mutex_) = "fake-refresh-0";
  std::string previous_ FC_GUARDED_BY(mutex_);
};

// A store whose commits can be made to fail, as when the process dies before them.
class DyingStore final : public Store {
 public:
  explicit DyingStore(Store& store) : store_(store) {}

  absl::Status Run(const Body& body) override;
  absl::Status Read(const Body& body) override { return store_.Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_.SizeBytes(); }

  bool dead = false;

 private:
  Store& store_;
};

// The connection is OAuth without an access token unless told otherwise. The system is HubSpot's
// connector at https://hs.test.
class ConnectionsEnvironment {
 public:
  static constexpr char kApp[] = "workspaces/default/apps/crm";
  static constexpr char kConnection[] = "workspaces/default/connections/crm";

  ConnectionsEnvironment();

  void SetCredential(const PlainCredential& plain);
  store::v1::Connection connection();
  store::v1::App app();
  PlainCredential credential();

  FakeRandom random;
  FakeClock clock;
  const Keyring keyring;
  const ConnectorRegistry connectors;
  std::unique_ptr<Store> store;
  DyingStore dying_store;
  FakeTokenEndpoint tokens;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_TESTING_CONNECTIONS_ENVIRONMENT_H_
