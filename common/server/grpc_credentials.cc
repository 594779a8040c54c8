#include "common/server/grpc_credentials.h"

#include <grpc/grpc_security_constants.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace fluxcascade {
namespace {

std::shared_ptr<grpc::ServerCredentials> Server(const TlsPem& pem,
                                                grpc_ssl_client_certificate_request_type request) {
  FC_CHECK(!pem.certificate.empty() && !pem.key.empty());
  grpc::SslServerCredentialsOptions options(request);
  options.pem_key_cert_pairs.push_back({pem.key, pem.certificate});
  options.pem_root_certs = pem.authorities;
  return grpc::SslServerCredentials(options);
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsPem& pem) {
  return Server(pem, GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
}

std::shared_ptr<grpc::ServerCredentials> ServerMutualTls(const TlsPem& pem) {
  FC_CHECK(!pem.authorities.empty());
  return Server(pem, GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
}

std::shared_ptr<grpc::ChannelCredentials> ChannelTls(const TlsPem& pem) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = pem.authorities;
  options.pem_cert_chain = pem.certificate;
  options.pem_private_key = pem.key;
  return grpc::SslCredentials(options);
}

absl::StatusOr<std::string> PeerCertificateName(const grpc::AuthContext& context) {
  if (!context.IsPeerAuthenticated()) {
    return absl::UnauthenticatedError("the peer showed no certificate");
  }
  const std::vector<grpc::string_ref> names =
      context.FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME);
  if (names.size() != 1) {
    return absl::UnauthenticatedError(
        absl::StrCat("the peer's certificate must have one DNS name and has ", names.size()));
  }
  return std::string(names[0].data(), names[0].size());
}

}  // namespace fluxcascade
