// TLS for gRPC: what a server shows and asks for, what a client shows and trusts, and who it was.
#ifndef FLUXCASCADE_COMMON_SERVER_GRPC_CREDENTIALS_H_
#define FLUXCASCADE_COMMON_SERVER_GRPC_CREDENTIALS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/tls_files.h"
#include "grpcpp/security/auth_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"

namespace fluxcascade {

// Takes any client; it must show who it is by other means. `pem` must hold certificate and key.
std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsPem& pem);

// Takes only clients with a certificate of `pem.authorities`, which must not be empty: gRPC would
// take the system's instead.
std::shared_ptr<grpc::ServerCredentials> ServerMutualTls(const TlsPem& pem);

// Trusts `pem.authorities` (empty: the system's) and shows the certificate, if there is one.
std::shared_ptr<grpc::ChannelCredentials> ChannelTls(const TlsPem& pem);

// The DNS name of the certificate that the peer of a call showed and that was verified.
// kUnauthenticated when there was none, or when it has not exactly one: a peer must not be able to
// be two.
absl::StatusOr<std::string> PeerCertificateName(const grpc::AuthContext& context);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_GRPC_CREDENTIALS_H_
