// Which addresses belong to the open internet.
#ifndef FLUXCASCADE_COMMON_HTTP_PUBLIC_ADDRESS_H_
#define FLUXCASCADE_COMMON_HTTP_PUBLIC_ADDRESS_H_

#include "common/net/socket_address.h"

namespace fluxcascade {

// False for loopback, private, link-local, shared (RFC 6598), multicast, reserved and documentation
// addresses, by the IANA special-purpose registries (RFC 6890 and its updates), and for what is no
// IP address. An IPv4 address inside an IPv6 one (mapped, or of NAT64's well-known prefix) is
// judged by itself; 6to4 and Teredo, which can reach any IPv4 address, are not public. A cloud's
// metadata service (169.254.169.254, fd00:ec2::254) is link-local or private.
bool IsPublicAddress(const SocketAddress& address);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_PUBLIC_ADDRESS_H_
