#include "common/net/testing/datagram_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

constexpr int kPatienceMs = 20000;

bool Readable(const UniqueFd& socket, int wait_ms) {
  pollfd ready = {.fd = socket.get(), .events = POLLIN, .revents = 0};
  return poll(&ready, 1, wait_ms) == 1;
}

}  // namespace

DatagramSocket::DatagramSocket(const std::string& name)
    : name_(name), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  FC_CHECK(name.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';
  FC_CHECK(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address),
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size())) == 0);
}

DatagramSocket::~DatagramSocket() {
  if (name_[0] != '@') unlink(name_.c_str());
}

std::string DatagramSocket::Next() {
  if (!Readable(socket_, kPatienceMs)) return "";
  std::array<char, 4096> buffer;
  const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
  return std::string(buffer.data(), static_cast<size_t>(size));
}

bool DatagramSocket::empty() const { return !Readable(socket_, 0); }

}  // namespace fluxcascade
