// The edge's HTTPS server: takes webhooks in.
#ifndef FLUXCASCADE_EDGE_HTTP_HTTP_SERVER_H_
#define FLUXCASCADE_EDGE_HTTP_HTTP_SERVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/listener.h"
#include "common/net/socket_address.h"
#include "common/net/tls_context.h"
#include "common/net/unique_fd.h"
#include "common/time/clock.h"
#include "edge/http/address_limiter.h"
#include "edge/http/body_budget.h"
#include "edge/http/connection_limits.h"
#include "edge/http/framer.h"
#include "edge/http/hook_receiver.h"
#include "edge/http/http_counters.h"
#include "edge/http/http_worker.h"
#include "edge/http/replies.h"

namespace fluxcascade::edge {

class HttpServer {
 public:
  struct Options {
    SocketAddress address;
    // What the next connection is to be, on the loops' threads. Must not block. A connection keeps
    // what it began with.
    std::function<std::shared_ptr<const ServerTlsContext>()> tls;
    // Gets the webhooks, on the loops' threads.
    HookReceiver* receiver = nullptr;
    // For /readyz, on the loops' threads: OK when webhooks can be taken. Must not block.
    std::function<absl::Status()> ready = [] { return absl::OkStatus(); };
    const Clock* clock = &SystemClock();

    // Threads, each with its own loop and connections; 1 to 64.
    int loops = 1;
    // Open at once, over all loops; a client beyond is closed without a word.
    uint64_t max_connections = 16 * 1024;
    // The same for each address (of IPv6, for each /64).
    uint64_t max_connections_per_address = 1024;
    // Bytes of bodies that are being received, over all loops: beyond, requests are answered 503
    // before their bodies are read.
    uint64_t max_body_bytes_under_way = uint64_t{256} << 20;
    ConnectionLimits connection_limits;
    FramerLimits framer_limits;
    // How long the destructor waits for what is in flight.
    absl::Duration drain_timeout = absl::Seconds(10);
  };

  // Serves when it returns. What `options` point to must outlive the server. `socket`: one that
  // Listener::Bind made; without it the address in `options` is bound. kInvalidArgument names the
  // option; for the rest see Listener.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(Options options,
                                                           UniqueFd socket = UniqueFd());

  // Drains.
  ~HttpServer();

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes no more connections, answers what is in flight (with `Connection: close`) as long as it
  // takes, but not longer than `timeout`, closes everything, and returns. A HookReceiver::Done that
  // is called afterwards does nothing. Not to be called by two threads at once.
  void Drain(absl::Duration timeout);

  // The real port, also where 0 was asked for.
  int port() const { return address_.port(); }
  const SocketAddress& address() const { return address_; }

  // Thread-safe. The counters are read one after another, while they change.
  HttpStats stats() const;

  // Into the loops, to see whether they turn.
  std::vector<Poster> posters() const;

 private:
  explicit HttpServer(Options options);

  absl::Status Begin(UniqueFd socket);
  void OnAccept(UniqueFd socket, const SocketAddress& peer);
  uint64_t OpenConnections() const;

  const Options options_;
  const Replies replies_;
  // Outlive the workers, whose connections hold parts of them.
  AddressLimiter addresses_;
  BodyBudget bodies_;
  SocketAddress address_;
  // The first one's loop accepts, for all.
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  std::unique_ptr<Listener> listener_;
  size_t next_worker_ = 0;
  HttpCounters counters_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HTTP_SERVER_H_
