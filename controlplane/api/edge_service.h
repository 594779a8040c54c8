#ifndef FLUXCASCADE_CONTROLPLANE_API_EDGE_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_EDGE_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/edge.grpc.pb.h"

namespace fluxcascade {

class EdgeServiceImpl final : public v1::EdgeService::Service {
 public:
  explicit EdgeServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status CreateEdgeGroup(grpc::ServerContext*, const v1::CreateEdgeGroupRequest* request,
                               v1::EdgeGroup* response) override;
  grpc::Status GetEdgeGroup(grpc::ServerContext*, const v1::GetEdgeGroupRequest* request,
                            v1::EdgeGroup* response) override;
  grpc::Status ListEdgeGroups(grpc::ServerContext*, const v1::ListEdgeGroupsRequest* request,
                              v1::ListEdgeGroupsResponse* response) override;
  grpc::Status CreateEdgeNode(grpc::ServerContext*, const v1::CreateEdgeNodeRequest* request,
                              v1::EdgeNode* response) override;
  grpc::Status GetEdgeNode(grpc::ServerContext*, const v1::GetEdgeNodeRequest* request,
                           v1::EdgeNode* response) override;
  grpc::Status ListEdgeNodes(grpc::ServerContext*, const v1::ListEdgeNodesRequest* request,
                             v1::ListEdgeNodesResponse* response) override;
  grpc::Status DeleteEdgeNode(grpc::ServerContext*, const v1::DeleteEdgeNodeRequest* request,
                              google::protobuf::Empty* response) override;
  grpc::Status AcceptLogGap(grpc::ServerContext*, const v1::AcceptLogGapRequest* request,
                            v1::EdgeNode* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_EDGE_SERVICE_H_
