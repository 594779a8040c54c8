// One loop's share of the connections, and the thread that serves them.
#ifndef FLUXCASCADE_EDGE_HTTP_HTTP_WORKER_H_
#define FLUXCASCADE_EDGE_HTTP_HTTP_WORKER_H_

#include <memory>
#include <thread>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/socket_address.h"
#include "common/net/tls_context.h"
#include "common/net/unique_fd.h"
#include "common/time/clock.h"
#include "edge/http/address_limiter.h"
#include "edge/http/body_budget.h"
#include "edge/http/connection.h"
#include "edge/http/connection_limits.h"
#include "edge/http/date_line.h"
#include "edge/http/framer.h"
#include "edge/http/http_counters.h"
#include "edge/http/request_handler.h"

namespace fluxcascade::edge {

class HttpWorker {
 public:
  struct Options {
    RequestHandler::Options handler;
    ConnectionLimits connection_limits;
    FramerLimits framer_limits;
    // Of the whole process.
    BodyBudget* bodies = nullptr;
  };

  // `clock`, and what `options` point to, must outlive the worker.
  static absl::StatusOr<std::unique_ptr<HttpWorker>> Create(const Clock& clock, Options options);
  // The thread must have ended, or never have run.
  ~HttpWorker();

  void StartThread();

  // From any thread: takes over a connected socket, on which a TLS handshake is expected. `place`
  // is kept as long as the connection.
  void Adopt(UniqueFd socket, const SocketAddress& peer, AddressLimiter::Place place,
             std::shared_ptr<const ServerTlsContext> tls);

  // From any thread: what is in flight is finished, but not for longer than `timeout`; then the
  // thread ends. Only the first call counts.
  void Drain(absl::Duration timeout);
  // Returns when the thread has ended.
  void Join();

  EventLoop& loop() { return *loop_; }
  const HttpCounters& counters() const { return counters_; }

 private:
  struct Held {
    std::shared_ptr<Connection> connection;
    AddressLimiter::Place place;
  };

  HttpWorker(std::unique_ptr<EventLoop> loop, Options options);

  void Open(UniqueFd socket, const SocketAddress& peer, AddressLimiter::Place place,
            std::shared_ptr<const ServerTlsContext> tls);
  void OnClosed(Connection* connection);
  void BeginDrain(absl::Duration timeout);
  void CloseAll();

  const Options options_;
  const std::unique_ptr<EventLoop> loop_;
  RequestHandler handler_;
  HttpCounters counters_;
  DateLine date_;
  const Connection::Context context_;
  absl::flat_hash_map<Connection*, Held> connections_;
  bool draining_ = false;
  std::thread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_HTTP_WORKER_H_
