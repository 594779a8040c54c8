// An IP address with a port. Names are not resolved here.
#ifndef FLUXCASCADE_COMMON_NET_SOCKET_ADDRESS_H_
#define FLUXCASCADE_COMMON_NET_SOCKET_ADDRESS_H_

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

// A value; cheap to copy.
class SocketAddress {
 public:
  // No address: family AF_UNSPEC, host "", port 0.
  SocketAddress() = default;

  // `127.0.0.1:8443`, `[::1]:8443`, `0.0.0.0:0` (any free port). kInvalidArgument says what may be
  // given.
  static absl::StatusOr<SocketAddress> Parse(absl::string_view text);

  // The address that `fd` is bound to. kInternal if the system can't say.
  static absl::StatusOr<SocketAddress> LocalOf(int fd);

  // `address`: as a system call filled it in. Other families than IP make an address without host.
  static SocketAddress FromSystem(const sockaddr_storage& address);

  // `192.0.2.7`, `2001:db8::7`. An IPv4 address inside an IPv6 one is written as the IPv4 address,
  // so that one sender has one name.
  std::string host() const;
  uint16_t port() const;
  int family() const { return address_.generic.sa_family; }

  // As Parse takes it.
  std::string ToString() const;

  const sockaddr* system() const { return &address_.generic; }
  socklen_t system_size() const;

 private:
  union Address {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  Address address_ = {};
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_SOCKET_ADDRESS_H_
