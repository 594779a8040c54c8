// Every service of the API, in one place.
#ifndef FLUXCASCADE_CONTROLPLANE_API_API_SERVICES_H_
#define FLUXCASCADE_CONTROLPLANE_API_API_SERVICES_H_

#include <vector>

#include "controlplane/api/api_context.h"
#include "controlplane/api/app_service.h"
#include "controlplane/api/connection_service.h"
#include "controlplane/api/delivery_service.h"
#include "controlplane/api/edge_service.h"
#include "controlplane/api/endpoint_service.h"
#include "controlplane/api/event_service.h"
#include "controlplane/api/health_service.h"
#include "controlplane/api/mapping_service.h"
#include "controlplane/api/subscription_service.h"
#include "controlplane/api/sync_log_service.h"
#include "grpcpp/impl/service_type.h"

namespace fluxcascade {

// Outlived by both arguments.
class ApiServices {
 public:
  ApiServices(const ApiContext& context, SubscriptionController& subscriptions)
      : apps_(context),
        connections_(context),
        deliveries_(context),
        edges_(context),
        endpoints_(context),
        events_(context),
        health_(context),
        mappings_(context),
        subscriptions_(context, subscriptions),
        sync_logs_(context) {}

  std::vector<grpc::Service*> all() {
    return {&apps_,   &connections_, &deliveries_, &edges_,         &endpoints_,
            &events_, &health_,      &mappings_,   &subscriptions_, &sync_logs_};
  }

 private:
  AppServiceImpl apps_;
  ConnectionServiceImpl connections_;
  DeliveryServiceImpl deliveries_;
  EdgeServiceImpl edges_;
  EndpointServiceImpl endpoints_;
  EventServiceImpl events_;
  HealthServiceImpl health_;
  MappingServiceImpl mappings_;
  SubscriptionServiceImpl subscriptions_;
  SyncLogServiceImpl sync_logs_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_API_SERVICES_H_
