// One TLS connection to somebody's server, blocking, with a deadline for every step.
#ifndef FLUXCASCADE_COMMON_HTTP_TLS_CONNECTION_H_
#define FLUXCASCADE_COMMON_HTTP_TLS_CONNECTION_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/http/client_tls_context.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

// For one thread at a time. Deadlines are of SystemClock().Monotonic(). Errors: kDeadlineExceeded;
// kUnavailable for all else, with a message that says what failed and names the host. After an
// error only destruction is allowed.
class TlsConnection {
 public:
  // Connects to `address`, does the handshake and verifies the certificate against `host`.
  static absl::StatusOr<std::unique_ptr<TlsConnection>> Connect(const ClientTlsContext& tls,
                                                                const std::string& host,
                                                                const SocketAddress& address,
                                                                absl::Duration deadline);

  // Tells the server that this is the end, without waiting for its answer.
  ~TlsConnection();
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  // At least one byte; 0 when the server has closed the connection, whether or not TLS was closed
  // before.
  absl::StatusOr<size_t> Read(absl::Span<char> into, absl::Duration deadline);

  absl::Status WriteAll(absl::string_view bytes, absl::Duration deadline);

  // Whether a new request may be sent: the server has neither closed the connection nor sent
  // anything unasked.
  bool IsIdle();

 private:
  TlsConnection(UniqueFd socket, bssl::UniquePtr<SSL> ssl, std::string host);

  absl::Status Handshake(absl::Duration deadline);
  // After `ssl_` has returned `result` from `doing`: OK when it is to be called again.
  absl::Status WaitAfter(int result, absl::string_view doing, absl::Duration deadline);
  absl::Status Failed(absl::string_view doing, absl::string_view reason);
  absl::Status TooLateAt(absl::string_view doing);
  std::string TlsReason(int error) const;

  const UniqueFd socket_;
  const bssl::UniquePtr<SSL> ssl_;
  const std::string host_;
  // Set by the first error: BoringSSL must not be asked to shut down after one.
  bool failed_ = false;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_TLS_CONNECTION_H_
