#include "edge/http/http_server.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {
namespace {

constexpr int kMaxLoops = 64;

absl::Status Check(const HttpServer::Options& options) {
  if (options.loops < 1 || options.loops > kMaxLoops) {
    return absl::InvalidArgumentError(
        absl::StrCat("loops: ", options.loops, " is not between 1 and ", kMaxLoops));
  }
  if (options.max_connections == 0 || options.max_connections_per_address == 0) {
    return absl::InvalidArgumentError(
        "max_connections, max_connections_per_address: 0 would refuse everybody");
  }
  if (options.tls == nullptr || options.receiver == nullptr) {
    return absl::InvalidArgumentError("tls, receiver: both are needed");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(Options options, UniqueFd socket) {
  FC_RETURN_IF_ERROR(Check(options));
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(options)));
  FC_RETURN_IF_ERROR(server->Begin(std::move(socket)));
  return server;
}

HttpServer::HttpServer(Options options)
    : options_(std::move(options)),
      addresses_(options_.max_connections_per_address),
      bodies_(options_.max_body_bytes_under_way) {}

absl::Status HttpServer::Begin(UniqueFd socket) {
  if (!socket.valid()) {
    FC_ASSIGN_OR_RETURN(socket, Listener::Bind(options_.address));
  }
  const HttpWorker::Options worker_options = {
      .handler = {.receiver = options_.receiver, .ready = options_.ready, .replies = &replies_},
      .connection_limits = options_.connection_limits,
      .framer_limits = options_.framer_limits,
      .bodies = &bodies_,
  };
  for (int i = 0; i < options_.loops; ++i) {
    FC_ASSIGN_OR_RETURN(std::unique_ptr<HttpWorker> worker,
                        HttpWorker::Create(*options_.clock, worker_options));
    workers_.push_back(std::move(worker));
  }
  FC_ASSIGN_OR_RETURN(listener_,
                      Listener::Create(workers_.front()->loop(), std::move(socket),
                                       [this](UniqueFd socket, const SocketAddress& peer) {
                                         OnAccept(std::move(socket), peer);
                                       }));
  address_ = listener_->address();
  for (const std::unique_ptr<HttpWorker>& worker : workers_) worker->StartThread();
  return absl::OkStatus();
}

HttpServer::~HttpServer() { Drain(options_.drain_timeout); }

void HttpServer::Drain(absl::Duration timeout) {
  if (workers_.empty()) return;
  // A worker that has ended runs nothing any more, and then the listener goes with this object.
  workers_.front()->loop().poster().Post([this] { listener_.reset(); });
  for (const std::unique_ptr<HttpWorker>& worker : workers_) worker->Drain(timeout);
  for (const std::unique_ptr<HttpWorker>& worker : workers_) worker->Join();
}

void HttpServer::OnAccept(UniqueFd socket, const SocketAddress& peer) {
  if (OpenConnections() >= options_.max_connections) {
    HttpCounters::Add(counters_.refused_connections);
    return;
  }
  std::optional<AddressLimiter::Place> place = addresses_.Enter(peer);
  if (!place.has_value()) {
    HttpCounters::Add(counters_.refused_connections);
    HttpCounters::Add(counters_.refused_by_address);
    return;
  }
  workers_[next_worker_]->Adopt(std::move(socket), peer, *std::move(place), options_.tls());
  next_worker_ = (next_worker_ + 1) % workers_.size();
}

uint64_t HttpServer::OpenConnections() const {
  uint64_t open = 0;
  for (const std::unique_ptr<HttpWorker>& worker : workers_) {
    open += worker->counters().open_connections.load(std::memory_order_relaxed);
  }
  return open;
}

std::vector<Poster> HttpServer::posters() const {
  std::vector<Poster> posters;
  for (const std::unique_ptr<HttpWorker>& worker : workers_) {
    posters.push_back(worker->loop().poster());
  }
  return posters;
}

HttpStats HttpServer::stats() const {
  HttpStats stats;
  counters_.AddTo(&stats);
  stats.body_bytes = bodies_.used();
  for (const std::unique_ptr<HttpWorker>& worker : workers_) worker->counters().AddTo(&stats);
  return stats;
}

}  // namespace fluxcascade::edge
