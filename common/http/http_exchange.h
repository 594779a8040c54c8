// One request and its answer over one connection. HTTP/1.1 itself, its writing and reading, is
// cpp-httplib's.
#ifndef FLUXCASCADE_COMMON_HTTP_HTTP_EXCHANGE_H_
#define FLUXCASCADE_COMMON_HTTP_HTTP_EXCHANGE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"
#include "common/http/tls_connection.h"
#include "common/http/url.h"

namespace fluxcascade {

// kInvalidArgument when the method, a header's name or value can't be sent as it is (a line break
// in a value would begin a header of its own), or when the request sets a header that is the
// client's to set: Host, Content-Length, Connection, Transfer-Encoding.
absl::Status CheckSendable(const HttpRequest& request);

struct HttpExchange {
  // What came back. Errors are those of HttpClient::Send: kUnavailable, kDeadlineExceeded.
  absl::StatusOr<HttpResponse> response{absl::UnknownError("no answer")};
  // Whether the connection may carry another request.
  bool connection_reusable = false;
  // Whether anything of an answer had come, an error notwithstanding.
  bool answer_begun = false;
};

// `request` has passed CheckSendable; `deadline` is of SystemClock().Monotonic(). An answer that
// comes before the request has been sent whole (a 413, say) counts as the answer.
HttpExchange Exchange(TlsConnection& connection, const HttpUrl& url, const HttpRequest& request,
                      absl::Duration deadline);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_HTTP_EXCHANGE_H_
