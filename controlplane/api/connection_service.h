#ifndef FLUXCASCADE_CONTROLPLANE_API_CONNECTION_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_CONNECTION_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/connection.grpc.pb.h"

namespace fluxcascade {

class ConnectionServiceImpl final : public v1::ConnectionService::Service {
 public:
  explicit ConnectionServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetConnection(grpc::ServerContext*, const v1::GetConnectionRequest* request,
                             v1::Connection* response) override;
  grpc::Status ListConnections(grpc::ServerContext*, const v1::ListConnectionsRequest* request,
                               v1::ListConnectionsResponse* response) override;
  grpc::Status CreateConnection(grpc::ServerContext*, const v1::CreateConnectionRequest* request,
                                v1::Connection* response) override;
  grpc::Status UpdateConnection(grpc::ServerContext*, const v1::UpdateConnectionRequest* request,
                                v1::Connection* response) override;
  grpc::Status DeleteConnection(grpc::ServerContext*, const v1::DeleteConnectionRequest* request,
                                google::protobuf::Empty* response) override;
  grpc::Status CheckConnection(grpc::ServerContext*, const v1::CheckConnectionRequest* request,
                               v1::Connection* response) override;
  grpc::Status ListObjectTypes(grpc::ServerContext*, const v1::ListObjectTypesRequest* request,
                               v1::ListObjectTypesResponse* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_CONNECTION_SERVICE_H_
