#include "common/http/client_tls_context.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {
namespace {

// Where Debian's ca-certificates keeps them in one file.
constexpr char kSystemAuthorities[] = "/etc/ssl/certs/ca-certificates.crt";
constexpr uint8_t kProtocols[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool IsAddress(const std::string& host) {
  in6_addr address;  // large enough for either family
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

absl::StatusOr<ClientTlsContext> ClientTlsContext::Load(const std::string& ca_file) {
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  FC_CHECK(context != nullptr);
  FC_CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  FC_CHECK(SSL_CTX_set_alpn_protos(context.get(), kProtocols, sizeof(kProtocols)) == 0);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const std::string file = ca_file.empty() ? kSystemAuthorities : ca_file;
  if (SSL_CTX_load_verify_locations(context.get(), file.c_str(), nullptr) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": cannot be read, or holds no certificate in PEM"));
  }
  return ClientTlsContext(std::move(context));
}

bssl::UniquePtr<SSL> ClientTlsContext::NewSession(const std::string& host) const {
  bssl::UniquePtr<SSL> session(SSL_new(context_.get()));
  FC_CHECK(session != nullptr);
  X509_VERIFY_PARAM* const rules = SSL_get0_param(session.get());
  X509_VERIFY_PARAM_set_hostflags(
      rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (IsAddress(host)) {
    FC_CHECK(X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1);
  } else {
    FC_CHECK(X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1);
    // RFC 6066, section 3: no addresses here.
    FC_CHECK(SSL_set_tlsext_host_name(session.get(), host.c_str()) == 1);
  }
  return session;
}

}  // namespace fluxcascade
