// HTTPS on loopback, over cpp-httplib: one of the sandbox's ports.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_SERVER_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/time/clock.h"
#include "tests/sandbox/http/router.h"

namespace fluxcascade::sandbox {

struct HttpsServerOptions {
  std::string cert_file;  // PEM
  std::string key_file;   // PEM
  int port = 0;           // 0: any free one
  // Connections served at once, each by a thread of its own; more wait.
  int threads = 64;
};

class HttpsServer {
 public:
  // Listens on 127.0.0.1 when it returns. `handler` is called on many threads and must outlive the
  // server, as must `clock`, which stamps the requests.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Start(const HttpsServerOptions& options,
                                                            const Clock& clock, ApiHandler handler);
  // Finishes the requests that are being answered.
  virtual ~HttpsServer() = default;

  virtual int port() const = 0;

  // https://localhost:<port>
  std::string url() const;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_HTTPS_SERVER_H_
