#include "edge/http/httplib_server.h"

#include <cpp_httplib/httplib.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade::edge {
namespace {

// A request that is there in full, and a response that goes nowhere but into a string.
class MemoryStream final : public httplib::Stream {
 public:
  explicit MemoryStream(absl::string_view input) : input_(input) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }

  ssize_t read(char* into, size_t size) override {
    const size_t taken = std::min(size, input_.size());
    std::memcpy(into, input_.data(), taken);
    input_.remove_prefix(taken);
    return static_cast<ssize_t>(taken);
  }
  ssize_t write(const char* from, size_t size) override {
    output_.append(from, size);
    return static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  std::string TakeOutput() { return std::move(output_); }

 private:
  absl::string_view input_;
  std::string output_;
};

}  // namespace

class HttplibServer::Impl final : public httplib::Server {
 public:
  Impl() {
    // What it adds of its own tells of its own timeouts and ranges, which are not ours.
    set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      response.headers.erase("Keep-Alive");
      response.headers.erase("Accept-Ranges");
    });
  }

  std::string Process(absl::string_view request, bool keep_alive) {
    MemoryStream stream(request);
    bool closed = false;
    process_request(stream, "", 0, "", 0, /*close_connection=*/!keep_alive, closed, nullptr);
    return stream.TakeOutput();
  }
};

HttplibServer::HttplibServer() : impl_(std::make_unique<Impl>()) {}
HttplibServer::~HttplibServer() = default;

void HttplibServer::Route(absl::string_view method, const std::string& pattern, Handler handler) {
  httplib::Server::Handler adapted = [handler = std::move(handler)](const httplib::Request&,
                                                                    httplib::Response& out) {
    Response response;
    handler(&response);
    out.status = response.status;
    for (auto& [name, value] : response.headers) out.set_header(name, value);
    if (!response.body.empty()) out.set_content(response.body, "text/plain");
  };
  if (method == "GET") {
    impl_->Get(pattern, std::move(adapted));
  } else if (method == "POST") {
    impl_->Post(pattern, std::move(adapted));
  } else if (method == "PUT") {
    impl_->Put(pattern, std::move(adapted));
  } else if (method == "PATCH") {
    impl_->Patch(pattern, std::move(adapted));
  } else if (method == "DELETE") {
    impl_->Delete(pattern, std::move(adapted));
  } else {
    FC_CHECK(method == "OPTIONS");
    impl_->Options(pattern, std::move(adapted));
  }
}

std::string HttplibServer::Process(const Request& request) {
  return impl_->Process(
      absl::StrCat(request.method, " ", request.path, " HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
      request.keep_alive);
}

}  // namespace fluxcascade::edge
