#ifndef FLUXCASCADE_CONTROLPLANE_API_DELIVERY_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_DELIVERY_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "fluxcascade/v1/delivery.grpc.pb.h"

namespace fluxcascade {

class DeliveryServiceImpl final : public v1::DeliveryService::Service {
 public:
  explicit DeliveryServiceImpl(const ApiContext& context) : context_(context) {}

  grpc::Status GetDelivery(grpc::ServerContext*, const v1::GetDeliveryRequest* request,
                           v1::Delivery* response) override;
  grpc::Status ListDeliveries(grpc::ServerContext*, const v1::ListDeliveriesRequest* request,
                              v1::ListDeliveriesResponse* response) override;
  grpc::Status RetryDelivery(grpc::ServerContext*, const v1::RetryDeliveryRequest* request,
                             v1::Delivery* response) override;

 private:
  const ApiContext& context_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_DELIVERY_SERVICE_H_
