// The credentials that calls are made with, where they are kept: a connection's own, or an app's
// webhook credential. Both go by the resource's name.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CREDENTIAL_STORE_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CREDENTIAL_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/keyring.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

struct LoadedCredential {
  store::v1::StoredCredential stored;
  PlainCredential plain;
  store::v1::App app;  // through which the account is connected
};

// Thread-safe.
class CredentialStore {
 public:
  CredentialStore(Store& store, const Keyring& keyring) : store_(store), keyring_(keyring) {}

  // kFailedPrecondition, never kNotFound, when the resource is gone or has no credential: towards
  // connectors kNotFound would mean a record.
  absl::StatusOr<LoadedCredential> Load(absl::string_view resource);

  // Commits `plain`, sealed, unless the stored credential is no longer `before`: then somebody
  // else's newer one stays, and the result is false.
  absl::StatusOr<bool> Replace(absl::string_view resource,
                               const store::v1::StoredCredential& before,
                               const PlainCredential& plain);

  // Commits that the system refuses a connection's credential; nothing when that is no longer
  // `before`. An app has no state of its own: its subscriptions show it.
  absl::Status MarkRefused(absl::string_view resource, const store::v1::StoredCredential& before,
                           absl::string_view reason);

  const Keyring& keyring() const { return keyring_; }

 private:
  Store& store_;
  const Keyring& keyring_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CREDENTIAL_STORE_H_
