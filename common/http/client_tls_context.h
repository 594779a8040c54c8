// Whom this process trusts when it calls others.
#ifndef FLUXCASCADE_COMMON_HTTP_CLIENT_TLS_CONTEXT_H_
#define FLUXCASCADE_COMMON_HTTP_CLIENT_TLS_CONTEXT_H_

#include <openssl/ssl.h>

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace fluxcascade {

// TLS 1.2 or later, HTTP/1.1. Thread-safe once made.
class ClientTlsContext {
 public:
  // `ca_file`: PEM; empty means the system's authorities. kInvalidArgument, naming the file, when
  // it can't be read or holds no certificate.
  static absl::StatusOr<ClientTlsContext> Load(const std::string& ca_file);

  // A session that accepts only a certificate for `host`, a DNS name or an IP address: by its
  // subject alternative names, never by its common name.
  bssl::UniquePtr<SSL> NewSession(const std::string& host) const;

 private:
  explicit ClientTlsContext(bssl::UniquePtr<SSL_CTX> context) : context_(std::move(context)) {}

  bssl::UniquePtr<SSL_CTX> context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_CLIENT_TLS_CONTEXT_H_
