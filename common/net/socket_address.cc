#include "common/net/socket_address.h"

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade {
namespace {

absl::Status BadAddress(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text,
                                                 "\" is not an address to listen on; write it as "
                                                 "127.0.0.1:8443, 0.0.0.0:8443 or [::]:8443"));
}

bool ParsePort(absl::string_view text, uint16_t* port) {
  if (text.empty() || text.size() > 5) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  int value = 0;
  if (!absl::SimpleAtoi(text, &value) || value > UINT16_MAX) return false;
  *port = static_cast<uint16_t>(value);
  return true;
}

}  // namespace

absl::StatusOr<SocketAddress> SocketAddress::Parse(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint16_t port = 0;
  if (colon == absl::string_view::npos || !ParsePort(text.substr(colon + 1), &port)) {
    return BadAddress(text);
  }
  SocketAddress parsed;
  const absl::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const std::string inner(host.substr(1, host.size() - 2));
    parsed.address_.v6.sin6_family = AF_INET6;
    parsed.address_.v6.sin6_port = htons(port);
    if (inet_pton(AF_INET6, inner.c_str(), &parsed.address_.v6.sin6_addr) == 1) return parsed;
    return BadAddress(text);
  }
  parsed.address_.v4.sin_family = AF_INET;
  parsed.address_.v4.sin_port = htons(port);
  if (inet_pton(AF_INET, std::string(host).c_str(), &parsed.address_.v4.sin_addr) == 1) {
    return parsed;
  }
  return BadAddress(text);
}

absl::StatusOr<SocketAddress> SocketAddress::LocalOf(int fd) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return absl::InternalError(absl::StrCat("getsockname: ", std::strerror(errno)));
  }
  return FromSystem(address);
}

SocketAddress SocketAddress::FromSystem(const sockaddr_storage& address) {
  SocketAddress copy;
  if (address.ss_family == AF_INET) {
    std::memcpy(&copy.address_.v4, &address, sizeof(copy.address_.v4));
  } else if (address.ss_family == AF_INET6) {
    std::memcpy(&copy.address_.v6, &address, sizeof(copy.address_.v6));
  }
  return copy;
}

std::string SocketAddress::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &address_.v4.sin_addr, text, sizeof(text));
  } else if (family() == AF_INET6) {
    const in6_addr& v6 = address_.v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {
      inet_ntop(AF_INET, v6.s6_addr + 12, text, sizeof(text));
    } else {
      inet_ntop(AF_INET6, &v6, text, sizeof(text));
    }
  }
  return text;
}

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(address_.v4.sin_port);
  if (family() == AF_INET6) return ntohs(address_.v6.sin6_port);
  return 0;
}

std::string SocketAddress::ToString() const {
  if (family() != AF_INET6) return absl::StrCat(host(), ":", port());
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, &address_.v6.sin6_addr, text, sizeof(text));
  return absl::StrCat("[", text, "]:", port());
}

socklen_t SocketAddress::system_size() const {
  if (family() == AF_INET) return sizeof(address_.v4);
  if (family() == AF_INET6) return sizeof(address_.v6);
  return 0;
}

}  // namespace fluxcascade
