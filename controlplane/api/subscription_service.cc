#include "controlplane/api/subscription_service.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

absl::Status CheckParent(Transaction& tx, absl::string_view parent) {
  FC_RETURN_IF_ERROR(CheckName("parent", parent, "workspaces/*/apps/*"));
  FC_ASSIGN_OR_RETURN(const store::v1::App app, tx.apps().Get(parent));
  if (app.has_delete_time()) return absl::NotFoundError(absl::StrCat(parent, " was deleted"));
  return absl::OkStatus();
}

}  // namespace

v1::Subscription ToApi(const store::v1::Subscription& stored) {
  v1::Subscription subscription;
  subscription.set_name(stored.name());
  subscription.set_event_type(stored.event_type());
  subscription.set_property(stored.property());
  // The two enums have the same numbers; a test holds them to it.
  subscription.set_state(static_cast<v1::Subscription::State>(stored.state()));
  subscription.set_state_reason(stored.state_reason());
  subscription.set_external_id(stored.external_id());
  subscription.set_target_url(stored.target_url());
  *subscription.mutable_mappings() = stored.mappings();
  subscription.set_failed_attempts(stored.failed_attempts());
  if (stored.has_next_attempt_time()) {
    *subscription.mutable_next_attempt_time() = stored.next_attempt_time();
  }
  *subscription.mutable_create_time() = stored.create_time();
  *subscription.mutable_update_time() = stored.update_time();
  return subscription;
}

grpc::Status SubscriptionServiceImpl::GetSubscription(grpc::ServerContext*,
                                                      const v1::GetSubscriptionRequest* request,
                                                      v1::Subscription* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckName("name", request->name(), "workspaces/*/apps/*/subscriptions/*"));
    FC_ASSIGN_OR_RETURN(const store::v1::Subscription subscription,
                        tx.subscriptions().Get(request->name()));
    out = ToApi(subscription);
    return absl::OkStatus();
  });
}

grpc::Status SubscriptionServiceImpl::ListSubscriptions(grpc::ServerContext*,
                                                        const v1::ListSubscriptionsRequest* request,
                                                        v1::ListSubscriptionsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckParent(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<store::v1::Subscription> subscriptions,
                        tx.subscriptions().List(request->parent(), page));
    for (const auto& subscription : subscriptions.items) {
      *out.add_subscriptions() = ToApi(subscription);
    }
    out.set_next_page_token(subscriptions.next);
    return absl::OkStatus();
  });
}

grpc::Status SubscriptionServiceImpl::ReconcileSubscriptions(
    grpc::ServerContext*, const v1::ReconcileSubscriptionsRequest* request,
    v1::ReconcileSubscriptionsResponse* response) {
  absl::Status status =
      context_.store.Read([&](Transaction& tx) { return CheckParent(tx, request->parent()); });
  if (status.ok()) status = controller_.Reconcile(request->parent(), kApiSystemTimeout);
  if (!status.ok()) return ToGrpc(status);
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const auto subscriptions, tx.subscriptions().ListByApp(request->parent()));
    for (const auto& subscription : subscriptions) *out.add_subscriptions() = ToApi(subscription);
    return absl::OkStatus();
  });
}

}  // namespace fluxcascade
