#include "controlplane/connections/connection_state.h"

#include "absl/strings/str_cat.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/model/reason.h"

namespace fluxcascade {

using store::v1::Connection;

void SetStateFrom(const absl::StatusOr<std::string>& account, Connection& connection) {
  connection.set_state_reason(ReasonText(account.status().message()));
  if (account.ok() && !connection.account_id().empty() && *account != connection.account_id()) {
    connection.set_state(Connection::STATE_AUTHORIZATION_FAILED);
    connection.set_state_reason(absl::StrCat("the credential is of account ", *account,
                                             ", the connection is of account ",
                                             connection.account_id()));
  } else if (account.ok()) {
    connection.set_state(Connection::STATE_ACTIVE);
    connection.set_account_id(*account);
  } else if (absl::IsResourceExhausted(account.status()) || IsTransient(account.status())) {
    connection.set_state(Connection::STATE_UNREACHABLE);
  } else {
    connection.set_state(Connection::STATE_AUTHORIZATION_FAILED);
  }
}

}  // namespace fluxcascade
