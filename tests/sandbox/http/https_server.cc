#include "tests/sandbox/http/https_server.h"

#include <cpp_httplib/httplib.h>
#include <dirent.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::sandbox {
namespace {

constexpr size_t kMaxBodyBytes = 64 << 20;
constexpr time_t kKeepAliveSeconds = 60;

// The port of the peer that `socket` is connected to over loopback; 0 when it is no such socket.
int PeerPort(int socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

int LocalPort(int socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

// cpp-httplib shows a handler no socket, so the connection is found by its two ports.
void ShutDownConnection(int local_port, int remote_port) {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    int socket = 0;
    if (absl::SimpleAtoi(entry->d_name, &socket) && PeerPort(socket) == remote_port &&
        LocalPort(socket) == local_port) {
      shutdown(socket, SHUT_RDWR);
    }
  }
  closedir(directory);
}

ApiRequest ToApiRequest(const httplib::Request& request, absl::Time now) {
  ApiRequest api_request;
  api_request.method = request.method;
  api_request.target = request.target;
  for (const auto& [name, value] : request.headers) {
    api_request.headers.emplace(absl::AsciiStrToLower(name), value);
  }
  api_request.body = request.body;
  api_request.receive_time = now;
  return api_request;
}

void Answer(const ApiResponse& from, const httplib::Request& request, httplib::Response& to) {
  if (from.drop_connection) {
    ShutDownConnection(request.local_port, request.remote_port);
    return;
  }
  to.status = from.status;
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  if (!from.content_type.empty()) to.set_content(from.body, from.content_type);
}

class HttplibServer final : public HttpsServer {
 public:
  HttplibServer(const HttpsServerOptions& options, const Clock& clock, ApiHandler handler)
      : clock_(clock),
        handler_(std::move(handler)),
        server_(options.cert_file.c_str(), options.key_file.c_str()) {
    server_.new_task_queue = [threads = options.threads] {
      return new httplib::ThreadPool(threads);
    };
    server_.set_tcp_nodelay(true);
    server_.set_keep_alive_max_count(1 << 30);
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    server_.set_payload_max_length(kMaxBodyBytes);
    AddHandlers();
  }

  ~HttplibServer() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(int port) {
    if (!server_.is_valid()) {
      return absl::InvalidArgumentError("the certificate or its key cannot be read");
    }
    port_ = port == 0 ? server_.bind_to_any_port("127.0.0.1")
                      : (server_.bind_to_port("127.0.0.1", port) ? port : -1);
    if (port_ <= 0) return absl::UnavailableError(absl::StrCat("cannot listen on port ", port));
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
    return absl::OkStatus();
  }

  int port() const override { return port_; }

 private:
  void AddHandlers() {
    const auto serve = [this](const httplib::Request& request, httplib::Response& response) {
      Answer(handler_(ToApiRequest(request, clock_.Now())), request, response);
    };
    server_.Get(".*", serve);
    server_.Post(".*", serve);
    server_.Put(".*", serve);
    server_.Patch(".*", serve);
    server_.Delete(".*", serve);
  }

  const Clock& clock_;
  ApiHandler handler_;
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Start(const HttpsServerOptions& options,
                                                                const Clock& clock,
                                                                ApiHandler handler) {
  auto server = std::make_unique<HttplibServer>(options, clock, std::move(handler));
  if (absl::Status status = server->Listen(options.port); !status.ok()) return status;
  return server;
}

std::string HttpsServer::url() const { return absl::StrCat("https://localhost:", port()); }

}  // namespace fluxcascade::sandbox
