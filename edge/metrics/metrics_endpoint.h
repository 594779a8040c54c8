// Serves /metrics to Prometheus over plain HTTP, for the inside of a machine or of a network.
#ifndef FLUXCASCADE_EDGE_METRICS_METRICS_ENDPOINT_H_
#define FLUXCASCADE_EDGE_METRICS_METRICS_ENDPOINT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/listener.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "edge/http/framer.h"
#include "prometheus/collectable.h"

namespace fluxcascade::edge {

//   GET HEAD  /metrics   the metrics in Prometheus's text format
// One request a connection. Lives on its loop's thread, or while no thread runs the loop.
class MetricsEndpoint {
 public:
  // More are closed at once: an answer may take a few MiB.
  static constexpr size_t kMaxConnections = 8;
  // From accepting a connection to its end.
  static constexpr absl::Duration kPatience = absl::Seconds(10);
  static constexpr FramerLimits kLimits = {
      .max_request_line = 1024, .max_header_bytes = 8 * 1024, .max_headers = 64, .max_body = 0};

  // Listens when it returns, with `socket`, which Listener::Bind made. `loop` and `metrics` outlive
  // the endpoint. Errors are those of Listener::Create.
  static absl::StatusOr<std::unique_ptr<MetricsEndpoint>> Create(
      EventLoop& loop, UniqueFd socket, const prometheus::Collectable& metrics);
  ~MetricsEndpoint();

  MetricsEndpoint(const MetricsEndpoint&) = delete;
  MetricsEndpoint& operator=(const MetricsEndpoint&) = delete;

  const SocketAddress& address() const { return listener_->address(); }

 private:
  class Scrape;

  MetricsEndpoint(EventLoop& loop, const prometheus::Collectable& metrics)
      : loop_(loop), metrics_(metrics) {}

  void OnAccept(UniqueFd socket);
  // All of the answer to one request.
  std::string AnswerTo(const RequestFrame& request) const;

  EventLoop& loop_;
  const prometheus::Collectable& metrics_;
  std::unique_ptr<Listener> listener_;
  absl::flat_hash_map<Scrape*, std::shared_ptr<Scrape>> scrapes_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_METRICS_METRICS_ENDPOINT_H_
