#ifndef FLUXCASCADE_CONTROLPLANE_API_MAPPING_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_MAPPING_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/mapping.grpc.pb.h"

namespace fluxcascade {

class MappingServiceImpl final : public v1::MappingService::Service {
 public:
  explicit MappingServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetMapping(grpc::ServerContext*, const v1::GetMappingRequest* request,
                          v1::Mapping* response) override;
  grpc::Status ListMappings(grpc::ServerContext*, const v1::ListMappingsRequest* request,
                            v1::ListMappingsResponse* response) override;
  grpc::Status CreateMapping(grpc::ServerContext*, const v1::CreateMappingRequest* request,
                             v1::Mapping* response) override;
  grpc::Status UpdateMapping(grpc::ServerContext*, const v1::UpdateMappingRequest* request,
                             v1::Mapping* response) override;
  grpc::Status DeleteMapping(grpc::ServerContext*, const v1::DeleteMappingRequest* request,
                             google::protobuf::Empty* response) override;
  grpc::Status EnableRealtimeSync(grpc::ServerContext*,
                                  const v1::EnableRealtimeSyncRequest* request,
                                  v1::Mapping* response) override;
  grpc::Status DisableRealtimeSync(grpc::ServerContext*,
                                   const v1::DisableRealtimeSyncRequest* request,
                                   v1::Mapping* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_MAPPING_SERVICE_H_
