// Calls to other people's HTTP servers. Asynchronous: the caller gives a deadline and is told once.
#ifndef FLUXCASCADE_COMMON_HTTP_HTTP_CLIENT_H_
#define FLUXCASCADE_COMMON_HTTP_HTTP_CLIENT_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// Every member has an initialiser, so that callers may name those alone that they set.
struct HttpRequest {
  std::string method = "GET";
  // Absolute: `https://host[:port]/path?query`.
  std::string url{};
  HttpHeaders headers{};
  std::string body{};
  // What is read of an answer's body at most; the rest is left unread and `body_truncated` set.
  size_t max_response_bytes = 4 << 20;
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers{};
  std::string body{};
  bool body_truncated = false;

  // The first header of that name, in any case of letters; empty when there is none.
  absl::string_view Header(absl::string_view name) const;
};

// Thread-safe.
class HttpClient {
 public:
  using Done = std::function<void(absl::StatusOr<HttpResponse>)>;

  virtual ~HttpClient() = default;

  // Calls `done` exactly once, on a thread of the client's, never from within Send, and not much
  // after `timeout`, which covers everything: waiting for a place, connecting, TLS, sending, and
  // reading the whole answer. Any answer, a 500 too, is a response. Errors: kDeadlineExceeded;
  // kUnavailable (could not connect, connection lost, TLS or certificate refused, not HTTP; the
  // message says which and names the host); kInvalidArgument (bad URL, scheme or address not
  // allowed, a header that can't be sent); kCancelled (the client is shutting down);
  // kResourceExhausted (too many requests wait). Redirects are not followed.
  virtual void Send(HttpRequest request, absl::Duration timeout, Done done) = 0;

  // Send and wait. For callers that have a thread to spare.
  absl::StatusOr<HttpResponse> SendAndWait(HttpRequest request, absl::Duration timeout);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_HTTP_CLIENT_H_
