// How a service method runs on the store: the response is made anew each time the transaction's
// body runs.
#ifndef FLUXCASCADE_CONTROLPLANE_API_SERVE_H_
#define FLUXCASCADE_CONTROLPLANE_API_SERVE_H_

#include "absl/status/status.h"
#include "common/grpc_status/grpc_status.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

// `body` is `absl::Status(Transaction&, Response&)`.
template <typename Response, typename Body>
grpc::Status ServeRead(Store& store, Response* response, const Body& body) {
  return ToGrpc(store.Read([&](Transaction& tx) {
    response->Clear();
    return body(tx, *response);
  }));
}

template <typename Response, typename Body>
absl::Status RunFor(Store& store, Response* response, const Body& body) {
  return store.Run([&](Transaction& tx) {
    response->Clear();
    return body(tx, *response);
  });
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_SERVE_H_
