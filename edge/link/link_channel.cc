#include "edge/link/link_channel.h"

#include "common/server/grpc_credentials.h"
#include "common/status/status_macros.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace fluxcascade::edge {
namespace {

// A configuration of as many hooks as there may be.
constexpr int kMaxReceivedBytes = 64 << 20;
// Not more often than the control plane's server takes for no attack (every 10 s).
constexpr int kKeepaliveIntervalMs = 20000;
constexpr int kKeepaliveTimeoutMs = 10000;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  // A connection that is shared with the channel before would bring gRPC's own backoff, and the
  // certificates of before.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveIntervalMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  // A single request may be larger than a batch.
  arguments.SetMaxSendMessageSize(-1);
  return arguments;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenLinkChannel(const std::string& target,
                                                               const TlsFiles& files) {
  // gRPC would trust the system's authorities, and show no certificate.
  if (files.authorities.empty() || files.certificate.empty()) {
    return absl::InvalidArgumentError("the link needs an authority and a certificate");
  }
  FC_ASSIGN_OR_RETURN(const TlsPem pem, LoadTlsFiles(files));
  return grpc::CreateCustomChannel(target, ChannelTls(pem), Arguments());
}

}  // namespace fluxcascade::edge
