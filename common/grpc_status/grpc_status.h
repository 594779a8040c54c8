// The one place where gRPC's statuses and ours become each other.
#ifndef FLUXCASCADE_COMMON_GRPC_STATUS_GRPC_STATUS_H_
#define FLUXCASCADE_COMMON_GRPC_STATUS_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace fluxcascade {

// The codes are the same; payloads stay behind.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_GRPC_STATUS_GRPC_STATUS_H_
