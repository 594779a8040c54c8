// What tests start the edge with, as it is shipped.
#ifndef FLUXCASCADE_TESTS_PROCESS_EDGE_FLAGS_H_
#define FLUXCASCADE_TESTS_PROCESS_EDGE_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/net/socket_address.h"
#include "common/testing/test_certificates.h"

namespace fluxcascade {

// Flags of an edge that listens where it likes, and dials `control_plane`. Its files have names
// that begin with `prefix`: node.pem and node.key, of `authority` for edge-1, for senders and for
// the link; ca.pem; the folder log; and ready, once it listens. Of a flag given twice the last
// counts.
std::vector<std::string> EdgeFlags(const std::string& prefix, const TestAuthority& authority,
                                   const std::string& control_plane);

// Where it listens, once it does; an error after 20 seconds.
absl::StatusOr<SocketAddress> ListeningAddress(const std::string& prefix);
// So that an edge that is started again is waited for.
void ForgetListeningAddress(const std::string& prefix);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_TESTS_PROCESS_EDGE_FLAGS_H_
