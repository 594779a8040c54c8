#include "common/http/tls_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/http/client_tls_context.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"

namespace fluxcascade {
namespace {

// False when the deadline has passed first. Errors of the socket count as readiness: the next call
// on it tells them.
bool WaitUntilReady(int fd, short events, absl::Duration deadline) {
  while (true) {
    const absl::Duration left = deadline - SystemClock().Monotonic();
    if (left <= absl::ZeroDuration()) return false;
    const int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
    pollfd poll_fd = {.fd = fd, .events = events, .revents = 0};
    if (poll(&poll_fd, 1, static_cast<int>(std::min<int64_t>(milliseconds, INT_MAX))) > 0)
      return true;
  }
}

absl::Status TooLate(absl::string_view doing, absl::string_view host) {
  return absl::DeadlineExceededError(absl::StrCat(doing, " ", host, " took too long"));
}

absl::Status CannotConnect(const std::string& host, const SocketAddress& address, int error) {
  return absl::UnavailableError(absl::StrCat("cannot connect to ", host, " (", address.ToString(),
                                             "): ", std::strerror(error)));
}

absl::StatusOr<UniqueFd> ConnectSocket(const std::string& host, const SocketAddress& address,
                                       absl::Duration deadline) {
  UniqueFd fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return CannotConnect(host, address, errno);
  // A request's head and body are two writes: without this the second would wait for the first's
  // acknowledgement.
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd.get(), address.system(), address.system_size()) == 0) return fd;
  if (errno != EINPROGRESS) return CannotConnect(host, address, errno);
  if (!WaitUntilReady(fd.get(), POLLOUT, deadline)) return TooLate("connecting to", host);
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return CannotConnect(host, address, error);
  return fd;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsConnection>> TlsConnection::Connect(const ClientTlsContext& tls,
                                                                      const std::string& host,
                                                                      const SocketAddress& address,
                                                                      absl::Duration deadline) {
  FC_ASSIGN_OR_RETURN(UniqueFd socket, ConnectSocket(host, address, deadline));
  std::unique_ptr<TlsConnection> connection(
      new TlsConnection(std::move(socket), tls.NewSession(host), host));
  FC_RETURN_IF_ERROR(connection->Handshake(deadline));
  return connection;
}

TlsConnection::TlsConnection(UniqueFd socket, bssl::UniquePtr<SSL> ssl, std::string host)
    : socket_(std::move(socket)), ssl_(std::move(ssl)), host_(std::move(host)) {
  SSL_set_fd(ssl_.get(), socket_.get());
}

TlsConnection::~TlsConnection() {
  // The socket does not block, and one call only sends.
  if (!failed_) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

absl::Status TlsConnection::Handshake(absl::Duration deadline) {
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return absl::OkStatus();
    FC_RETURN_IF_ERROR(WaitAfter(result, "the TLS handshake with", deadline));
  }
}

absl::StatusOr<size_t> TlsConnection::Read(absl::Span<char> into, absl::Duration deadline) {
  while (true) {
    // A server that always has one more byte must not hold us.
    if (SystemClock().Monotonic() >= deadline) return TooLateAt("reading the answer of");
    ERR_clear_error();
    errno = 0;
    const int size = static_cast<int>(std::min<size_t>(into.size(), INT_MAX));
    const int result = SSL_read(ssl_.get(), into.data(), size);
    if (result > 0) return static_cast<size_t>(result);
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    if (error == SSL_ERROR_SYSCALL && errno == 0) {
      failed_ = true;
      return 0;
    }
    FC_RETURN_IF_ERROR(WaitAfter(result, "reading the answer of", deadline));
  }
}

absl::Status TlsConnection::WriteAll(absl::string_view bytes, absl::Duration deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const int size = static_cast<int>(std::min<size_t>(bytes.size(), INT_MAX));
    const int result = SSL_write(ssl_.get(), bytes.data(), size);
    if (result > 0) {
      bytes.remove_prefix(static_cast<size_t>(result));
    } else {
      FC_RETURN_IF_ERROR(WaitAfter(result, "sending the request to", deadline));
    }
  }
  return absl::OkStatus();
}

bool TlsConnection::IsIdle() {
  // Reading may find a session ticket, which is for TLS alone; then there is nothing to peek at.
  char byte;
  ERR_clear_error();
  const int result = SSL_peek(ssl_.get(), &byte, 1);
  const bool idle = result <= 0 && SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
  failed_ = !idle;
  return idle;
}

absl::Status TlsConnection::WaitAfter(int result, absl::string_view doing,
                                      absl::Duration deadline) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    return Failed(doing, TlsReason(error));
  }
  const short events = error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
  if (WaitUntilReady(socket_.get(), events, deadline)) return absl::OkStatus();
  return TooLateAt(doing);
}

absl::Status TlsConnection::TooLateAt(absl::string_view doing) {
  failed_ = true;
  return TooLate(doing, host_);
}

absl::Status TlsConnection::Failed(absl::string_view doing, absl::string_view reason) {
  failed_ = true;
  return absl::UnavailableError(absl::StrCat(doing, " ", host_, " failed: ", reason));
}

std::string TlsConnection::TlsReason(int error) const {
  if (error == SSL_ERROR_SYSCALL) {
    return errno == 0 ? "the connection was closed" : std::strerror(errno);
  }
  const long verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK) {
    return absl::StrCat("its certificate is refused: ", X509_verify_cert_error_string(verified));
  }
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  return reason != nullptr ? reason : "an error of TLS";
}

}  // namespace fluxcascade
