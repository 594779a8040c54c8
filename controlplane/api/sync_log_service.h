#ifndef FLUXCASCADE_CONTROLPLANE_API_SYNC_LOG_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_SYNC_LOG_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/sync_log.grpc.pb.h"

namespace fluxcascade {

class SyncLogServiceImpl final : public v1::SyncLogService::Service {
 public:
  explicit SyncLogServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status ListSyncLogs(grpc::ServerContext*, const v1::ListSyncLogsRequest* request,
                            v1::ListSyncLogsResponse* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_SYNC_LOG_SERVICE_H_
