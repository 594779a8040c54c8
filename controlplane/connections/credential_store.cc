#include "controlplane/connections/credential_store.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/model/reason.h"

namespace fluxcascade {
namespace {

using store::v1::Connection;
using store::v1::StoredCredential;

bool IsApp(absl::string_view resource) { return absl::StrContains(resource, "/apps/"); }

bool Same(const StoredCredential& a, const StoredCredential& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

absl::Status ReadCredential(Transaction& tx, absl::string_view resource, LoadedCredential& loaded) {
  if (IsApp(resource)) {
    FC_ASSIGN_OR_RETURN(loaded.app, tx.apps().Get(resource));
    loaded.stored = loaded.app.webhook_credential();
    return absl::OkStatus();
  }
  FC_ASSIGN_OR_RETURN(const Connection connection, tx.connections().Get(resource));
  loaded.stored = connection.credential();
  FC_ASSIGN_OR_RETURN(loaded.app, tx.apps().Get(connection.app()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoadedCredential> CredentialStore::Load(absl::string_view resource) {
  LoadedCredential loaded;
  const absl::Status status =
      store_.Read([&](Transaction& tx) { return ReadCredential(tx, resource, loaded); });
  if (absl::IsNotFound(status)) return absl::FailedPreconditionError(status.message());
  FC_RETURN_IF_ERROR(status);
  FC_ASSIGN_OR_RETURN(loaded.plain, OpenCredential(keyring_, loaded.stored, resource));
  return loaded;
}

absl::StatusOr<bool> CredentialStore::Replace(absl::string_view resource,
                                              const StoredCredential& before,
                                              const PlainCredential& plain) {
  const StoredCredential sealed = SealCredential(keyring_, plain, resource);
  bool replaced = false;
  FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) -> absl::Status {
    replaced = false;
    if (IsApp(resource)) {
      FC_ASSIGN_OR_RETURN(store::v1::App app, tx.apps().Get(resource));
      if (!Same(app.webhook_credential(), before)) return absl::OkStatus();
      *app.mutable_webhook_credential() = sealed;
      replaced = true;
      return tx.apps().Update(app);
    }
    FC_ASSIGN_OR_RETURN(Connection connection, tx.connections().Get(resource));
    if (!Same(connection.credential(), before)) return absl::OkStatus();
    *connection.mutable_credential() = sealed;
    replaced = true;
    return tx.connections().Update(connection);
  }));
  return replaced;
}

absl::Status CredentialStore::MarkRefused(absl::string_view resource,
                                          const StoredCredential& before,
                                          absl::string_view reason) {
  if (IsApp(resource)) return absl::OkStatus();
  return store_.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(Connection connection, tx.connections().Get(resource));
    if (!Same(connection.credential(), before)) return absl::OkStatus();
    connection.set_state(Connection::STATE_AUTHORIZATION_FAILED);
    connection.set_state_reason(ReasonText(reason));
    return tx.connections().Update(connection);
  });
}

}  // namespace fluxcascade
