#ifndef FLUXCASCADE_CONTROLPLANE_API_APP_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_APP_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/app.grpc.pb.h"

namespace fluxcascade {

class AppServiceImpl final : public v1::AppService::Service {
 public:
  explicit AppServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetApp(grpc::ServerContext*, const v1::GetAppRequest* request,
                      v1::App* response) override;
  grpc::Status ListApps(grpc::ServerContext*, const v1::ListAppsRequest* request,
                        v1::ListAppsResponse* response) override;
  grpc::Status CreateApp(grpc::ServerContext*, const v1::CreateAppRequest* request,
                         v1::App* response) override;
  grpc::Status UpdateApp(grpc::ServerContext*, const v1::UpdateAppRequest* request,
                         v1::App* response) override;
  grpc::Status DeleteApp(grpc::ServerContext*, const v1::DeleteAppRequest* request,
                         google::protobuf::Empty* response) override;
  // These two wait for edges.
  grpc::Status ReleaseQuarantine(grpc::ServerContext*, const v1::ReleaseQuarantineRequest* request,
                                 v1::ReleaseQuarantineResponse* response) override;
  grpc::Status DiscardQuarantine(grpc::ServerContext*, const v1::DiscardQuarantineRequest* request,
                                 v1::DiscardQuarantineResponse* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_APP_SERVICE_H_
