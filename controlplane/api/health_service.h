#ifndef FLUXCASCADE_CONTROLPLANE_API_HEALTH_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_HEALTH_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/health.grpc.pb.h"

namespace fluxcascade {

class HealthServiceImpl final : public v1::HealthService::Service {
 public:
  explicit HealthServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetSystemHealth(grpc::ServerContext*, const v1::GetSystemHealthRequest* request,
                               v1::SystemHealth* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_HEALTH_SERVICE_H_
