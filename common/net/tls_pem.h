// Puts certificates and keys in PEM into a BoringSSL context.
#ifndef FLUXCASCADE_COMMON_NET_TLS_PEM_H_
#define FLUXCASCADE_COMMON_NET_TLS_PEM_H_

#include <openssl/ssl.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fluxcascade {

// Each is named to whoever must show a certificate, in every handshake.
inline constexpr size_t kMaxClientAuthorities = 100;

struct Pem {
  // What errors call it: its file's path.
  std::string name;
  std::string text;
};

// kNotFound, kPermissionDenied, …, naming the file.
absl::StatusOr<Pem> ReadPem(const std::string& path);

// The rest is kInvalidArgument when the text does not hold what it should; the message names it and
// tells nothing of what is in it.

// The context's own certificate first, then its chain.
absl::Status UseChain(SSL_CTX& context, const Pem& chain);

// The key of that certificate, without a passphrase. After UseChain.
absl::Status UseKey(SSL_CTX& context, const Pem& key, const Pem& chain);

// Has every client show a certificate that one of these (1 to kMaxClientAuthorities) has issued, or
// is. They need not be roots.
absl::Status RequireClientCertificates(SSL_CTX& context, const Pem& authorities);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_NET_TLS_PEM_H_
