#include "common/http/pooled_http_client.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/http/call_queue.h"
#include "common/http/client_tls_context.h"
#include "common/http/http_client.h"
#include "common/http/http_exchange.h"
#include "common/http/idle_pool.h"
#include "common/http/public_address.h"
#include "common/http/resolver.h"
#include "common/http/tls_connection.h"
#include "common/http/url.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"

namespace fluxcascade {
namespace {

constexpr int kMaxThreads = 1024;
constexpr size_t kMaxIdleConnections = 256;
// Of one host, tried one after another.
constexpr size_t kMaxAddresses = 8;

absl::Duration Now() { return SystemClock().Monotonic(); }

// Writing to a connection that the server has closed must be an error, not the end of the process.
// For this thread alone, since a library has no business with the process's signals.
void BlockSigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// RFC 9110, section 9.2.1: what may be sent twice, should the first have been lost with a
// connection that the server was about to close.
bool IsSafe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

absl::Status WithTimeout(const absl::Status& status, absl::Duration timeout) {
  if (!absl::IsDeadlineExceeded(status)) return status;
  return absl::DeadlineExceededError(
      absl::StrCat("no answer within ", absl::FormatDuration(timeout), ": ", status.message()));
}

class PooledHttpClient final : public HttpClient {
 public:
  PooledHttpClient(const PooledHttpClientOptions& options, ClientTlsContext tls);
  ~PooledHttpClient() override;

  void Send(HttpRequest request, absl::Duration timeout, Done done) override;

 private:
  // Bad news for a request that no thread has begun.
  struct Refusal {
    Done done;
    absl::Status status;
  };

  absl::Status Enqueue(HttpCall& call) FC_REQUIRES(mutex_);

  // The threads' loops.
  void Work();
  void KeepHouse();

  // Nothing when the client shuts down.
  std::optional<HttpCall> WaitForCall();
  // Empty when the client has shut down.
  std::vector<Refusal> WaitForRefusals();
  void TakeWaiting(std::vector<Refusal>& refusals) FC_REQUIRES(mutex_);

  absl::StatusOr<HttpResponse> Perform(const HttpCall& call);
  absl::StatusOr<std::unique_ptr<TlsConnection>> Connect(const HttpUrl& url,
                                                         absl::Duration deadline);
  absl::StatusOr<std::vector<SocketAddress>> AllowedAddresses(const HttpUrl& url,
                                                              absl::Duration deadline);
  HttpExchange ExchangeOver(std::unique_ptr<TlsConnection> connection, const HttpCall& call);

  const PooledHttpClientOptions options_;
  const ClientTlsContext tls_;
  Resolver resolver_{SystemLookup};
  IdlePool<TlsConnection> idle_;

  Mutex mutex_;
  CondVar call_may_start_;  // or the client shuts down
  CondVar house_changed_;
  CallQueue queue_ FC_GUARDED_BY(mutex_);
  std::vector<Refusal> refusals_ FC_GUARDED_BY(mutex_);
  bool stopping_ FC_GUARDED_BY(mutex_) = false;
  bool workers_are_gone_ FC_GUARDED_BY(mutex_) = false;

  std::vector<std::thread> workers_;
  std::thread housekeeper_;
};

PooledHttpClient::PooledHttpClient(const PooledHttpClientOptions& options, ClientTlsContext tls)
    : options_(options),
      tls_(std::move(tls)),
      idle_(static_cast<size_t>(options.threads_per_host), kMaxIdleConnections,
            options.idle_timeout),
      queue_(static_cast<size_t>(options.max_waiting), options.threads_per_host) {
  for (int i = 0; i < options.threads; ++i) workers_.emplace_back([this] { Work(); });
  housekeeper_ = std::thread([this] { KeepHouse(); });
}

PooledHttpClient::~PooledHttpClient() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    call_may_start_.NotifyAll();
    house_changed_.NotifyAll();
  }
  for (std::thread& worker : workers_) worker.join();
  {
    MutexLock lock(mutex_);
    workers_are_gone_ = true;
    house_changed_.NotifyAll();
  }
  housekeeper_.join();
}

void PooledHttpClient::Send(HttpRequest request, absl::Duration timeout, Done done) {
  HttpCall call = {.request = std::move(request),
                   .timeout = timeout,
                   .deadline = Now() + timeout,
                   .done = std::move(done)};
  absl::StatusOr<HttpUrl> url = ParseHttpsUrl(call.request.url);
  absl::Status status = url.status();
  if (status.ok()) status = CheckSendable(call.request);
  if (status.ok()) call.url = *std::move(url);
  MutexLock lock(mutex_);
  if (status.ok()) status = Enqueue(call);
  if (status.ok()) return;
  refusals_.push_back({std::move(call.done), std::move(status)});
  house_changed_.NotifyOne();
}

absl::Status PooledHttpClient::Enqueue(HttpCall& call) {
  if (stopping_) return absl::CancelledError("the HTTP client is shutting down");
  const absl::Duration deadline = call.deadline;
  if (!queue_.Push(call)) {
    return absl::ResourceExhaustedError(
        absl::StrCat(options_.max_waiting, " requests wait already"));
  }
  call_may_start_.NotifyOne();
  if (queue_.next_deadline() == deadline) house_changed_.NotifyOne();
  return absl::OkStatus();
}

void PooledHttpClient::Work() {
  BlockSigpipe();
  while (std::optional<HttpCall> call = WaitForCall()) {
    absl::StatusOr<HttpResponse> response = Perform(*call);
    if (!response.ok()) response = WithTimeout(response.status(), call->timeout);
    {
      MutexLock lock(mutex_);
      queue_.Finish(call->url.authority());
      call_may_start_.NotifyOne();
    }
    call->done(std::move(response));
  }
}

std::optional<HttpCall> PooledHttpClient::WaitForCall() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (std::optional<HttpCall> call = queue_.Pop()) return call;
    call_may_start_.Wait(mutex_);
  }
  return std::nullopt;
}

void PooledHttpClient::KeepHouse() {
  BlockSigpipe();
  while (true) {
    std::vector<Refusal> refusals = WaitForRefusals();
    if (refusals.empty()) break;
    for (Refusal& refusal : refusals) refusal.done(std::move(refusal.status));
  }
  idle_.CloseExpired(absl::InfiniteDuration());
}

std::vector<PooledHttpClient::Refusal> PooledHttpClient::WaitForRefusals() {
  while (true) {
    idle_.CloseExpired(Now());
    MutexLock lock(mutex_);
    std::vector<Refusal> refusals = std::exchange(refusals_, {});
    TakeWaiting(refusals);
    if (!refusals.empty() || workers_are_gone_) return refusals;
    house_changed_.WaitFor(mutex_, std::min(queue_.next_deadline() - Now(), options_.idle_timeout));
  }
}

void PooledHttpClient::TakeWaiting(std::vector<Refusal>& refusals) {
  for (HttpCall& call : stopping_ ? queue_.TakeAll() : queue_.TakeExpired(Now())) {
    const absl::Status status =
        stopping_ ? absl::CancelledError("the HTTP client is shutting down")
                  : WithTimeout(absl::DeadlineExceededError(
                                    absl::StrCat("the request to ", call.url.host, " had no turn")),
                                call.timeout);
    refusals.push_back({std::move(call.done), status});
  }
}

absl::StatusOr<HttpResponse> PooledHttpClient::Perform(const HttpCall& call) {
  if (Now() >= call.deadline) return absl::DeadlineExceededError("its turn came too late");
  if (std::unique_ptr<TlsConnection> kept = idle_.Take(call.url.authority(), Now())) {
    HttpExchange exchange = ExchangeOver(std::move(kept), call);
    const bool lost = absl::IsUnavailable(exchange.response.status()) && !exchange.answer_begun;
    if (!lost || !IsSafe(call.request.method)) return std::move(exchange.response);
  }
  FC_ASSIGN_OR_RETURN(std::unique_ptr<TlsConnection> connection, Connect(call.url, call.deadline));
  return ExchangeOver(std::move(connection), call).response;
}

HttpExchange PooledHttpClient::ExchangeOver(std::unique_ptr<TlsConnection> connection,
                                            const HttpCall& call) {
  HttpExchange exchange = Exchange(*connection, call.url, call.request, call.deadline);
  if (exchange.connection_reusable) {
    idle_.Put(call.url.authority(), std::move(connection), Now());
  }
  return exchange;
}

absl::StatusOr<std::unique_ptr<TlsConnection>> PooledHttpClient::Connect(const HttpUrl& url,
                                                                         absl::Duration deadline) {
  FC_ASSIGN_OR_RETURN(const std::vector<SocketAddress> addresses, AllowedAddresses(url, deadline));
  absl::Status error;
  for (size_t i = 0; i < addresses.size(); ++i) {
    // An even share of what is left, so that one dead address does not take it all.
    const absl::Duration share = (deadline - Now()) / static_cast<int64_t>(addresses.size() - i);
    auto connection = TlsConnection::Connect(tls_, url.host, addresses[i], Now() + share);
    if (connection.ok()) return connection;
    error = connection.status();
  }
  return error;
}

absl::StatusOr<std::vector<SocketAddress>> PooledHttpClient::AllowedAddresses(
    const HttpUrl& url, absl::Duration deadline) {
  FC_ASSIGN_OR_RETURN(std::vector<SocketAddress> addresses,
                      resolver_.Resolve(url.host, url.port, deadline - Now()));
  if (!options_.allow_private_addresses) {
    const std::string first = addresses.front().host();
    std::erase_if(addresses,
                  [](const SocketAddress& address) { return !IsPublicAddress(address); });
    if (addresses.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          url.host, " is ", first, ", which is not a public address; only those are called"));
    }
  }
  if (addresses.size() > kMaxAddresses) addresses.resize(kMaxAddresses);
  return addresses;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpClient>> MakePooledHttpClient(PooledHttpClientOptions options) {
  if (options.threads < 1 || options.threads > kMaxThreads) {
    return absl::InvalidArgumentError(
        absl::StrCat("threads is ", options.threads, " and must be 1 to ", kMaxThreads));
  }
  if (options.threads_per_host < 1 || options.threads_per_host > options.threads) {
    return absl::InvalidArgumentError(absl::StrCat("threads_per_host is ", options.threads_per_host,
                                                   " and must be 1 to ", options.threads));
  }
  if (options.max_waiting < 1) return absl::InvalidArgumentError("max_waiting must be at least 1");
  if (options.idle_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("idle_timeout must be more than 0");
  }
  FC_ASSIGN_OR_RETURN(ClientTlsContext tls, ClientTlsContext::Load(options.ca_file));
  return std::unique_ptr<HttpClient>(new PooledHttpClient(options, std::move(tls)));
}

}  // namespace fluxcascade
