// What trying a connection's credential shows of the connection.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_STATE_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_STATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// Sets state and reason by what Connector::CheckAccount gave: ACTIVE; AUTHORIZATION_FAILED, when
// the credential is refused or of another account; UNREACHABLE, when that was not to be learnt.
// Where the account's id is not known yet it is set, too.
void SetStateFrom(const absl::StatusOr<std::string>& account, store::v1::Connection& connection);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTIONS_CONNECTION_STATE_H_
