#ifndef FLUXCASCADE_CONTROLPLANE_API_EVENT_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_EVENT_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/event.grpc.pb.h"

namespace fluxcascade {

class EventServiceImpl final : public v1::EventService::Service {
 public:
  explicit EventServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetEvent(grpc::ServerContext*, const v1::GetEventRequest* request,
                        v1::Event* response) override;
  grpc::Status ListEvents(grpc::ServerContext*, const v1::ListEventsRequest* request,
                          v1::ListEventsResponse* response) override;
  grpc::Status ListRejections(grpc::ServerContext*, const v1::ListRejectionsRequest* request,
                              v1::ListRejectionsResponse* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_EVENT_SERVICE_H_
