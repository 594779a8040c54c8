// TLS, the server's side, over a non-blocking socket.
#ifndef FLUXCASCADE_COMMON_NET_TLS_STREAM_H_
#define FLUXCASCADE_COMMON_NET_TLS_STREAM_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/net/stream.h"
#include "common/net/tls_context.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

// Takes from the socket as much as one call gives, however small the TLS records are, and sends
// each record with one call. Holds no buffer while nothing is half received.
class TlsStream final : public Stream {
 public:
  // `socket`: connected and non-blocking.
  TlsStream(std::shared_ptr<const ServerTlsContext> context, UniqueFd socket);
  ~TlsStream() override;

  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  IoStatus Handshake() override;
  bool resumed() const override { return SSL_session_reused(ssl_.get()) == 1; }
  IoResult Read(absl::Span<char> into) override;
  IoResult Write(absl::string_view bytes) override;
  void CloseWrite() override;
  bool peer_speaks_plain_http() const override { return plain_http_; }
  void SendUnencrypted(absl::string_view bytes) override;
  const absl::Status& error() const override { return error_; }
  int fd() const override { return socket_.get(); }

 private:
  // How BoringSSL gets at the socket.
  struct Bio;

  // Received and not yet taken by BoringSSL: in the caller's stack while it works, in `rest_`
  // between calls.
  class ReceiveScope;

  IoStatus StatusAfter(int result);
  IoStatus Fail(absl::string_view what);
  IoResult ReadUnencrypted(absl::Span<char> into);
  int Receive(char* into, int size);
  int Send(const char* from, int size);

  // Until the end: the one in service may be another long before.
  const std::shared_ptr<const ServerTlsContext> context_;
  const UniqueFd socket_;
  const bssl::UniquePtr<SSL> ssl_;
  ReceiveScope* receiving_ = nullptr;
  std::string rest_;
  bool established_ = false;
  bool plain_http_ = false;
  absl::Status error_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TLS_STREAM_H_
