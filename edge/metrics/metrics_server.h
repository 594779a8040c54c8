// The MetricsEndpoint on a thread of its own: whoever asks for metrics holds up no webhook.
#ifndef FLUXCASCADE_EDGE_METRICS_METRICS_SERVER_H_
#define FLUXCASCADE_EDGE_METRICS_METRICS_SERVER_H_

#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "common/net/event_loop.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/time/clock.h"
#include "edge/metrics/metrics_endpoint.h"
#include "prometheus/collectable.h"

namespace fluxcascade::edge {

class MetricsServer {
 public:
  // Serves on `socket`, which Listener::Bind made, until it is destroyed. `metrics` is called on
  // the server's thread; it and `clock` outlive the server.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      UniqueFd socket, const prometheus::Collectable& metrics, const Clock& clock);
  ~MetricsServer();

  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  // The real port, also where 0 was asked for.
  const SocketAddress& address() const { return endpoint_->address(); }

 private:
  MetricsServer(std::unique_ptr<EventLoop> loop, std::unique_ptr<MetricsEndpoint> endpoint);

  const std::unique_ptr<EventLoop> loop_;
  const std::unique_ptr<MetricsEndpoint> endpoint_;
  std::thread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_METRICS_METRICS_SERVER_H_
