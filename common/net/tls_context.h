// What a TLS server is: its certificate, its key, and what it agrees to.
#ifndef FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_
#define FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fluxcascade {

// Immutable and thread-safe. TLS 1.2 (forward secrecy and AEAD only) and 1.3. Chooses `http/1.1`
// where a client offers protocols by ALPN, and refuses one that offers only others (RFC 7301).
// Sessions are resumed by tickets; their keys rotate by themselves.
class ServerTlsContext {
 public:
  struct Files {
    // PEM: the server's certificate first, then its chain.
    std::string certificate_chain;
    // PEM, without a passphrase.
    std::string private_key;
  };

  // kNotFound or kPermissionDenied when a file can't be read, kInvalidArgument when one does not
  // hold what it should or the key is another certificate's; the message names the file, never
  // what is in it.
  static absl::StatusOr<std::shared_ptr<const ServerTlsContext>> Load(const Files& files);

  // The same from memory; messages say `certificate` and `private key` for the files' names.
  static absl::StatusOr<std::shared_ptr<const ServerTlsContext>> FromPem(
      const std::string& certificate_chain_pem, const std::string& private_key_pem);

  // A connection's state, ready to accept a handshake.
  bssl::UniquePtr<SSL> NewServerSession() const;

 private:
  explicit ServerTlsContext(bssl::UniquePtr<SSL_CTX> context) : context_(std::move(context)) {}

  bssl::UniquePtr<SSL_CTX> context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TLS_CONTEXT_H_
