#include "edge/metrics/metrics_endpoint.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "prometheus/text_serializer.h"

namespace fluxcascade::edge {
namespace {

constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

std::string Answer(absl::string_view status, absl::string_view body, bool head = false,
                   absl::string_view more_headers = "") {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", kContentType, "\r\n", more_headers,
                      "Content-Length: ", body.size(), "\r\nConnection: close\r\n\r\n",
                      head ? "" : body);
}

}  // namespace

// One connection, from accepting it to its end. Held by the endpoint, and by the loop while its
// callback runs.
class MetricsEndpoint::Scrape : public std::enable_shared_from_this<Scrape> {
 public:
  Scrape(MetricsEndpoint& endpoint, UniqueFd socket)
      : endpoint_(endpoint), socket_(std::move(socket)), framer_(kLimits) {}

  absl::Status Start() {
    FC_RETURN_IF_ERROR(
        endpoint_.loop_.Watch(socket_.get(), {.read = true},
                              [self = shared_from_this()](Readiness) { self->OnReady(); }));
    timer_ = endpoint_.loop_.RunAfter(kPatience, [self = shared_from_this()] { self->Close(); });
    return absl::OkStatus();
  }

  void Close() {
    const std::shared_ptr<Scrape> self = shared_from_this();
    endpoint_.loop_.Cancel(timer_);
    endpoint_.loop_.Unwatch(socket_.get());
    endpoint_.scrapes_.erase(this);
  }

 private:
  void OnReady() { answer_.empty() ? Read() : Write(); }

  void Read() {
    std::array<char, 4096> buffer;
    const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size <= 0) return Close();
    RequestFrame request;
    switch (framer_.Feed({buffer.data(), static_cast<size_t>(size)}, &request)) {
      case Framer::Result::kNeedMore:
        return;
      case Framer::Result::kRequest:
        answer_ = endpoint_.AnswerTo(request);
        break;
      case Framer::Result::kError:
        answer_ = Answer("400 Bad Request", "bad request\n");
        break;
    }
    endpoint_.loop_.SetInterest(socket_.get(), {.write = true});
  }

  void Write() {
    const absl::string_view rest = absl::string_view(answer_).substr(written_);
    const ssize_t size = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) return Close();
    written_ += static_cast<size_t>(size);
    if (written_ == answer_.size()) Close();
  }

  MetricsEndpoint& endpoint_;
  const UniqueFd socket_;
  Framer framer_;
  std::string answer_;
  size_t written_ = 0;
  TimerId timer_ = 0;
};

absl::StatusOr<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::Create(
    EventLoop& loop, UniqueFd socket, const prometheus::Collectable& metrics) {
  std::unique_ptr<MetricsEndpoint> endpoint(new MetricsEndpoint(loop, metrics));
  FC_ASSIGN_OR_RETURN(endpoint->listener_,
                      Listener::Create(loop, std::move(socket),
                                       [raw = endpoint.get()](UniqueFd accepted, const auto&) {
                                         raw->OnAccept(std::move(accepted));
                                       }));
  return endpoint;
}

MetricsEndpoint::~MetricsEndpoint() {
  while (!scrapes_.empty()) {
    const std::shared_ptr<Scrape> scrape = scrapes_.begin()->second;
    scrape->Close();
  }
}

void MetricsEndpoint::OnAccept(UniqueFd socket) {
  if (scrapes_.size() >= kMaxConnections) return;
  const auto scrape = std::make_shared<Scrape>(*this, std::move(socket));
  if (scrape->Start().ok()) scrapes_.emplace(scrape.get(), scrape);
}

std::string MetricsEndpoint::AnswerTo(const RequestFrame& request) const {
  if (request.path != "/metrics") return Answer("404 Not Found", "see /metrics\n");
  const bool head = request.method == "HEAD";
  if (request.method != "GET" && !head) {
    return Answer("405 Method Not Allowed", "GET or HEAD\n", false, "Allow: GET, HEAD\r\n");
  }
  return Answer("200 OK", prometheus::TextSerializer().Serialize(metrics_.Collect()), head);
}

}  // namespace fluxcascade::edge
