#include "common/http/http_exchange.h"

#include <cpp_httplib/httplib.h>
#include <sys/types.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/http/http_client.h"
#include "common/http/tls_connection.h"
#include "common/http/url.h"

namespace fluxcascade {
namespace {

constexpr absl::string_view kOwnHeaders[] = {"Host", "Content-Length", "Connection",
                                             "Transfer-Encoding"};
// The longest line of an answer's head. httplib matches the first one with std::regex, which
// recurses for every character.
constexpr size_t kMaxHeadLine = 8192;

// The connection as httplib sees it. Keeps the first error, of which httplib tells only that there
// was one.
class ConnectionStream final : public httplib::Stream {
 public:
  ConnectionStream(TlsConnection& connection, absl::Duration deadline)
      : connection_(connection), deadline_(deadline) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }

  ssize_t read(char* into, size_t size) override {
    const absl::StatusOr<size_t> count = connection_.Read(absl::MakeSpan(into, size), deadline_);
    if (!count.ok()) return Fail(count.status());
    if (*count == 0) closed_ = true;
    if (*count > 0) answer_begun_ = true;
    if (in_head_) head_.append(into, *count);
    if (in_head_ && IsLineTooLong(absl::string_view(into, *count))) {
      return Fail(absl::UnavailableError("the answer has a line that is too long"));
    }
    return static_cast<ssize_t>(*count);
  }

  // After an error other than of time, says that all was well: the server may have answered and
  // closed without reading on, and reading will tell.
  ssize_t write(const char* from, size_t size) override {
    if (error_.ok()) {
      const absl::Status written = connection_.WriteAll(absl::string_view(from, size), deadline_);
      if (!written.ok()) Fail(written);
    }
    return absl::IsDeadlineExceeded(error_) ? -1 : static_cast<ssize_t>(size);
  }

  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

  void HeadIsOver() { in_head_ = false; }

  // As it came, the heads of interim answers before it.
  const std::string& head() const { return head_; }
  const absl::Status& error() const { return error_; }
  bool answer_begun() const { return answer_begun_; }
  bool closed() const { return closed_; }

 private:
  ssize_t Fail(absl::Status error) {
    if (error_.ok()) error_ = std::move(error);
    return -1;
  }

  bool IsLineTooLong(absl::string_view bytes) {
    for (const char c : bytes) line_length_ = c == '\n' ? 0 : line_length_ + 1;
    return line_length_ > kMaxHeadLine;
  }

  TlsConnection& connection_;
  const absl::Duration deadline_;
  absl::Status error_;
  bool in_head_ = true;
  std::string head_;
  size_t line_length_ = 0;
  bool answer_begun_ = false;
  bool closed_ = false;
};

// httplib's client for the sake of its process_request: connecting, TLS, waiting and closing are
// done elsewhere, with deadlines that it does not know.
class RequestProcessor final : public httplib::ClientImpl {
 public:
  explicit RequestProcessor(const HttpUrl& url) : ClientImpl(url.host, url.port) {
    set_url_encode(false);
    set_decompress(false);
  }

  bool Run(ConnectionStream& stream, httplib::Request& request, httplib::Response& response) {
    httplib::Error error = httplib::Error::Success;
    return process_request(stream, request, response, /*close_connection=*/false, error);
  }
};

bool HasHeader(const HttpRequest& request, absl::string_view name) {
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return absl::EqualsIgnoreCase(header.first, name);
  });
}

httplib::Request ToHttplib(const HttpUrl& url, const HttpRequest& request) {
  httplib::Request converted;
  converted.method = request.method;
  converted.path = url.target;
  converted.body = request.body;
  converted.headers.emplace("Host", url.authority());
  if (!HasHeader(request, "User-Agent")) converted.headers.emplace("User-Agent", "FluxCascade");
  // A decompressor would have to be told about max_response_bytes.
  if (!HasHeader(request, "Accept-Encoding")) {
    converted.headers.emplace("Accept-Encoding", "identity");
  }
  for (const auto& [name, value] : request.headers) converted.headers.emplace(name, value);
  return converted;
}

// The fields of the last head in `heads`, in their order. httplib's own are percent-decoded, which
// HTTP knows nothing of.
HttpHeaders RawHeaders(absl::string_view heads) {
  HttpHeaders headers;
  for (absl::string_view line : absl::StrSplit(heads, "\r\n", absl::SkipEmpty())) {
    if (absl::StartsWith(line, "HTTP/")) {
      headers.clear();
      continue;
    }
    const std::pair<absl::string_view, absl::string_view> field =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    headers.emplace_back(field.first, absl::StripAsciiWhitespace(field.second));
  }
  return headers;
}

bool HasToken(absl::string_view list, absl::string_view token) {
  for (const absl::string_view item : absl::StrSplit(list, ',')) {
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(item), token)) return true;
  }
  return false;
}

// Whether the answer's end was told by its head, so that what follows on the connection is the next
// answer.
bool EndsByItself(const HttpRequest& request, const HttpResponse& response) {
  if (request.method == "HEAD" || response.status == 204 || response.status == 304) return true;
  const auto count = [&](absl::string_view name) {
    return std::count_if(response.headers.begin(), response.headers.end(), [&](const auto& field) {
      return absl::EqualsIgnoreCase(field.first, name);
    });
  };
  if (count("Content-Length") + count("Transfer-Encoding") != 1) return false;
  const absl::string_view length = response.Header("Content-Length");
  return length.empty() ? absl::EqualsIgnoreCase(response.Header("Transfer-Encoding"), "chunked")
                        : std::all_of(length.begin(), length.end(), absl::ascii_isdigit);
}

bool LeavesConnectionOpen(const HttpRequest& request, const httplib::Response& head,
                          const HttpResponse& response) {
  return head.version == "HTTP/1.1" && EndsByItself(request, response) &&
         !HasToken(response.Header("Connection"), "close");
}

// Sends and receives. False when the answer did not come whole, one that was cut included.
bool Process(ConnectionStream& stream, const HttpUrl& url, const HttpRequest& request,
             httplib::Response& head, HttpResponse& response) {
  httplib::Request sent = ToHttplib(url, request);
  sent.response_handler = [&](const httplib::Response& answered) {
    stream.HeadIsOver();
    return answered.status >= 200;  // an interim answer has no body to wait for
  };
  sent.content_receiver = [&](const char* bytes, size_t size, uint64_t, uint64_t) {
    const size_t taken = std::min(size, request.max_response_bytes - response.body.size());
    response.body.append(bytes, taken);
    response.body_truncated = taken < size;
    return !response.body_truncated;
  };
  try {
    return RequestProcessor(url).Run(stream, sent, head);
  } catch (const std::exception&) {
    return false;  // what std::regex and std::stoi throw in it
  }
}

absl::Status WhyNoAnswer(const ConnectionStream& stream, const HttpUrl& url) {
  if (absl::IsDeadlineExceeded(stream.error())) return stream.error();
  if (!stream.error().ok()) {
    return absl::UnavailableError(absl::StrCat(url.host, ": ", stream.error().message()));
  }
  if (stream.closed()) {
    return absl::UnavailableError(
        absl::StrCat(url.host, " closed the connection before its answer was whole"));
  }
  return absl::UnavailableError(absl::StrCat(url.host, " gave an answer that is not HTTP/1.1"));
}

bool IsToken(absl::string_view text) {
  constexpr absl::string_view kMarks = "!#$%&'*+-.^_`|~";  // RFC 9110, section 5.6.2
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(c) || kMarks.find(c) != absl::string_view::npos;
  });
}

bool IsHeaderValue(absl::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return absl::ascii_iscntrl(c) && c != '\t'; });
}

}  // namespace

absl::Status CheckSendable(const HttpRequest& request) {
  if (!IsToken(request.method)) return absl::InvalidArgumentError("the method is not a token");
  for (const auto& [name, value] : request.headers) {
    if (!IsToken(name)) return absl::InvalidArgumentError("a header's name is not a token");
    if (!IsHeaderValue(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the value of the header ", name, " has a control character"));
    }
  }
  for (const absl::string_view name : kOwnHeaders) {
    if (HasHeader(request, name)) {
      return absl::InvalidArgumentError(absl::StrCat("the header ", name, " is set by the client"));
    }
  }
  return absl::OkStatus();
}

HttpExchange Exchange(TlsConnection& connection, const HttpUrl& url, const HttpRequest& request,
                      absl::Duration deadline) {
  ConnectionStream stream(connection, deadline);
  HttpResponse response;
  httplib::Response head;
  const bool whole = Process(stream, url, request, head, response);
  HttpExchange exchange = {.answer_begun = stream.answer_begun()};
  if (head.status >= 101 && head.status < 200) {
    exchange.response = absl::UnavailableError(
        absl::StrCat(url.host, " answered with the interim status ", head.status));
  } else if (!whole && !response.body_truncated) {
    exchange.response = WhyNoAnswer(stream, url);
  } else {
    response.status = head.status;
    response.headers = RawHeaders(stream.head());
    exchange.connection_reusable =
        whole && stream.error().ok() && LeavesConnectionOpen(request, head, response);
    exchange.response = std::move(response);
  }
  return exchange;
}

}  // namespace fluxcascade
