// Accepts connections on one address.
#ifndef FLUXCASCADE_COMMON_NET_LISTENER_H_
#define FLUXCASCADE_COMMON_NET_LISTENER_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/socket_address.h"
#include "common/net/timer_queue.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

// Used and destroyed on the loop's thread, or while no thread runs it.
class Listener {
 public:
  // `socket` is non-blocking and closed on exec, without Nagle's delay.
  using OnAccept = std::function<void(UniqueFd socket, const SocketAddress& peer)>;

  static constexpr int kBacklog = 1024;
  // At most so many are accepted in one turn, so that a flood of connections does not starve those
  // that are open.
  static constexpr int kMaxAcceptsPerTurn = 64;
  // Without descriptors or memory, accepting fails at once and for ever: it rests for so long.
  static constexpr absl::Duration kRest = absl::Milliseconds(100);
  // What a connection's peer that takes nothing can make the system hold for it (the system counts
  // it twice). By itself the system would hold megabytes.
  static constexpr int kSendBufferBytes = 64 * 1024;

  // A socket that has the address, but does not listen yet; port 0 takes a free one.
  // kFailedPrecondition when the port is taken, kPermissionDenied and others as the system says;
  // the message names the address.
  static absl::StatusOr<UniqueFd> Bind(const SocketAddress& address);

  // Listens at once with `socket`, which Bind made. `loop` must outlive the listener.
  static absl::StatusOr<std::unique_ptr<Listener>> Create(EventLoop& loop, UniqueFd socket,
                                                          OnAccept on_accept);
  // Both at once.
  static absl::StatusOr<std::unique_ptr<Listener>> Create(EventLoop& loop,
                                                          const SocketAddress& address,
                                                          OnAccept on_accept);
  ~Listener();

  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // What it is bound to, with the real port.
  const SocketAddress& address() const { return address_; }

  // How often it had to rest.
  uint64_t rests() const { return rests_; }

 private:
  Listener(EventLoop& loop, UniqueFd socket, const SocketAddress& address, OnAccept on_accept);

  void AcceptSome();
  void Rest();

  EventLoop& loop_;
  const UniqueFd socket_;
  const SocketAddress address_;
  const OnAccept on_accept_;
  TimerId rest_ends_ = 0;
  uint64_t rests_ = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_LISTENER_H_
