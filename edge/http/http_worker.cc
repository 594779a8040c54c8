#include "edge/http/http_worker.h"

#include <utility>
#include <vector>

#include "common/check/check.h"
#include "common/net/tls_stream.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {

absl::StatusOr<std::unique_ptr<HttpWorker>> HttpWorker::Create(const Clock& clock,
                                                               Options options) {
  FC_ASSIGN_OR_RETURN(std::unique_ptr<EventLoop> loop, EventLoop::Create(clock));
  return std::unique_ptr<HttpWorker>(new HttpWorker(std::move(loop), std::move(options)));
}

HttpWorker::HttpWorker(std::unique_ptr<EventLoop> loop, Options options)
    : options_(std::move(options)),
      loop_(std::move(loop)),
      handler_(options_.handler),
      context_{
          *loop_, handler_,        options_.connection_limits, options_.framer_limits, counters_,
          date_,  *options_.bodies} {}

HttpWorker::~HttpWorker() {
  FC_CHECK(!thread_.joinable());
  CloseAll();
}

void HttpWorker::StartThread() {
  thread_ = std::thread([this] { loop_->Run(); });
}

void HttpWorker::Adopt(UniqueFd socket, const SocketAddress& peer, AddressLimiter::Place place,
                       std::shared_ptr<const ServerTlsContext> tls) {
  // Counted here, where connections are accepted, so that the limit on them holds at once.
  HttpCounters::Add(counters_.open_connections);
  const bool posted =
      loop_->poster().Post([this, socket = std::move(socket), peer, place = std::move(place),
                            tls = std::move(tls)]() mutable {
        Open(std::move(socket), peer, std::move(place), std::move(tls));
      });
  if (!posted) counters_.open_connections.fetch_sub(1, std::memory_order_relaxed);
}

void HttpWorker::Open(UniqueFd socket, const SocketAddress& peer, AddressLimiter::Place place,
                      std::shared_ptr<const ServerTlsContext> tls) {
  const auto connection = std::make_shared<Connection>(
      context_, std::make_unique<TlsStream>(std::move(tls), std::move(socket)), peer,
      [this](Connection* closed) { OnClosed(closed); });
  if (draining_ || !connection->Start().ok()) {
    counters_.open_connections.fetch_sub(1, std::memory_order_relaxed);
    HttpCounters::Add(counters_.refused_connections);
    return;
  }
  HttpCounters::Add(counters_.accepted_connections);
  connections_.emplace(connection.get(), Held{connection, std::move(place)});
}

void HttpWorker::OnClosed(Connection* connection) {
  connections_.erase(connection);
  counters_.open_connections.fetch_sub(1, std::memory_order_relaxed);
  if (draining_ && connections_.empty()) loop_->Stop();
}

void HttpWorker::Drain(absl::Duration timeout) {
  loop_->poster().Post([this, timeout] { BeginDrain(timeout); });
}

void HttpWorker::BeginDrain(absl::Duration timeout) {
  if (std::exchange(draining_, true)) return;
  std::vector<std::shared_ptr<Connection>> open;
  for (const auto& [raw, held] : connections_) open.push_back(held.connection);
  for (const std::shared_ptr<Connection>& connection : open) connection->Drain();
  if (connections_.empty()) return loop_->Stop();
  loop_->RunAfter(timeout, [this] { CloseAll(); });
}

void HttpWorker::CloseAll() {
  while (!connections_.empty()) {
    const std::shared_ptr<Connection> connection = connections_.begin()->second.connection;
    connection->Close();
  }
}

void HttpWorker::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace fluxcascade::edge
