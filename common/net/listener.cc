#include "common/net/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

absl::Status SystemError(absl::string_view call, const SocketAddress& address) {
  const int error = errno;
  const std::string what = absl::StrCat("can't listen on ", address.ToString(), ": ", call);
  return absl::ErrnoToStatus(error, what);
}

void SetOption(int fd, int level, int option, int value = 1) {
  // Each is an improvement, none a condition.
  ::setsockopt(fd, level, option, &value, sizeof(value));
}

// What concerns the one connection, which is gone, and not the listener; see accept(2).
bool IsPeersFault(int error) {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<UniqueFd> Listener::Bind(const SocketAddress& address) {
  UniqueFd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return SystemError("socket", address);
  // A restart must not wait for the old connections' TIME_WAIT.
  SetOption(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  // What is accepted inherits it.
  SetOption(socket.get(), SOL_SOCKET, SO_SNDBUF, kSendBufferBytes);
  if (::bind(socket.get(), address.system(), address.system_size()) != 0) {
    return SystemError("bind", address);
  }
  return socket;
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Create(EventLoop& loop,
                                                           const SocketAddress& address,
                                                           OnAccept on_accept) {
  FC_ASSIGN_OR_RETURN(UniqueFd socket, Bind(address));
  return Create(loop, std::move(socket), std::move(on_accept));
}

absl::StatusOr<std::unique_ptr<Listener>> Listener::Create(EventLoop& loop, UniqueFd socket,
                                                           OnAccept on_accept) {
  FC_ASSIGN_OR_RETURN(const SocketAddress bound, SocketAddress::LocalOf(socket.get()));
  if (::listen(socket.get(), kBacklog) != 0) return SystemError("listen", bound);
  const int fd = socket.get();
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(socket), bound, std::move(on_accept)));
  FC_RETURN_IF_ERROR(
      loop.Watch(fd, {.read = true}, [raw = listener.get()](Readiness) { raw->AcceptSome(); }));
  return listener;
}

Listener::Listener(EventLoop& loop, UniqueFd socket, const SocketAddress& address,
                   OnAccept on_accept)
    : loop_(loop),
      socket_(std::move(socket)),
      address_(address),
      on_accept_(std::move(on_accept)) {}

Listener::~Listener() {
  loop_.Cancel(rest_ends_);
  loop_.Unwatch(socket_.get());
}

void Listener::AcceptSome() {
  for (int i = 0; i < kMaxAcceptsPerTurn; ++i) {
    sockaddr_storage peer = {};
    socklen_t size = sizeof(peer);
    UniqueFd accepted(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.valid()) {
      SetOption(accepted.get(), IPPROTO_TCP, TCP_NODELAY);
      on_accept_(std::move(accepted), SocketAddress::FromSystem(peer));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    if (!IsPeersFault(errno)) return Rest();
  }
}

void Listener::Rest() {
  ++rests_;
  loop_.SetInterest(socket_.get(), {});
  rest_ends_ = loop_.RunAfter(kRest, [this] {
    rest_ends_ = 0;
    loop_.SetInterest(socket_.get(), {.read = true});
  });
}

}  // namespace fluxcascade
