#ifndef FLUXCASCADE_CONTROLPLANE_API_SUBSCRIPTION_SERVICE_H_
#define FLUXCASCADE_CONTROLPLANE_API_SUBSCRIPTION_SERVICE_H_

#include "controlplane/api/api_context.h"
#include "controlplane/subscriptions/subscription_controller.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/subscription.grpc.pb.h"

namespace fluxcascade {

v1::Subscription ToApi(const store::v1::Subscription& stored);

class SubscriptionServiceImpl final : public v1::SubscriptionService::Service {
 public:
  SubscriptionServiceImpl(const ApiContext& context, SubscriptionController& controller)
      : context_(context), controller_(controller) {}

  grpc::Status GetSubscription(grpc::ServerContext*, const v1::GetSubscriptionRequest* request,
                               v1::Subscription* response) override;
  grpc::Status ListSubscriptions(grpc::ServerContext*, const v1::ListSubscriptionsRequest* request,
                                 v1::ListSubscriptionsResponse* response) override;
  grpc::Status ReconcileSubscriptions(grpc::ServerContext*,
                                      const v1::ReconcileSubscriptionsRequest* request,
                                      v1::ReconcileSubscriptionsResponse* response) override;

 private:
  const ApiContext& context_;
  SubscriptionController& controller_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_SUBSCRIPTION_SERVICE_H_
