#ifndef FLUXCASCADE_CONTROLPLANE_API_ENDPOINT_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_ENDPOINT_SERVICE_H_

#include "absl/time/time.h"
#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/endpoint.grpc.pb.h"

namespace fluxcascade {

// How long after its creation a repeated CreateEndpoint still shows an endpoint's secret.
inline constexpr absl::Duration kSecretShownFor = absl::Minutes(10);

class EndpointServiceImpl final : public v1::EndpointService::Service {
 public:
  explicit EndpointServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetEndpoint(grpc::ServerContext*, const v1::GetEndpointRequest* request,
                           v1::Endpoint* response) override;
  grpc::Status ListEndpoints(grpc::ServerContext*, const v1::ListEndpointsRequest* request,
                             v1::ListEndpointsResponse* response) override;
  grpc::Status CreateEndpoint(grpc::ServerContext*, const v1::CreateEndpointRequest* request,
                              v1::Endpoint* response) override;
  grpc::Status UpdateEndpoint(grpc::ServerContext*, const v1::UpdateEndpointRequest* request,
                              v1::Endpoint* response) override;
  grpc::Status DeleteEndpoint(grpc::ServerContext*, const v1::DeleteEndpointRequest* request,
                              google::protobuf::Empty* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_ENDPOINT_SERVICE_H_
