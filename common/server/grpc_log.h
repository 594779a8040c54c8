// What gRPC itself has to say, as lines of the process's log.
#ifndef FLUXCASCADE_COMMON_SERVER_GRPC_LOG_H_
#define FLUXCASCADE_COMMON_SERVER_GRPC_LOG_H_

namespace fluxcascade {

// gRPC would write plain text to standard error, a line for each failed handshake, whoever it is
// that dials. From now on it is `{"level":"warning","message":"gRPC says","text":…}`, within the
// limits of LimitedLog. To be called once, before gRPC is used.
void TakeGrpcLog();

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_GRPC_LOG_H_
