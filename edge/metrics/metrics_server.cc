#include "edge/metrics/metrics_server.h"

#include <utility>

#include "common/status/status_macros.h"

namespace fluxcascade::edge {

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(
    UniqueFd socket, const prometheus::Collectable& metrics, const Clock& clock) {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<EventLoop> loop, EventLoop::Create(clock));
  FC_ASSIGN_OR_RETURN(std::unique_ptr<MetricsEndpoint> endpoint,
                      MetricsEndpoint::Create(*loop, std::move(socket), metrics));
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(loop), std::move(endpoint)));
}

MetricsServer::MetricsServer(std::unique_ptr<EventLoop> loop,
                             std::unique_ptr<MetricsEndpoint> endpoint)
    : loop_(std::move(loop)), endpoint_(std::move(endpoint)), thread_([this] { loop_->Run(); }) {}

MetricsServer::~MetricsServer() {
  loop_->Stop();
  thread_.join();
}

}  // namespace fluxcascade::edge
