#include "controlplane/api/delivery_service.h"

#include <utility>
#include <vector>

#include "common/status/status_macros.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/model/action.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/queue/delivery_lifecycle.h"
#include "controlplane/queue/schedule.h"

namespace fluxcascade {
namespace {

using StoredDelivery = store::v1::Delivery;

constexpr char kPattern[] = "workspaces/*/deliveries/*";

v1::Attempt ToApi(const store::v1::Attempt& stored) {
  v1::Attempt attempt;
  attempt.set_number(stored.number());
  *attempt.mutable_start_time() = stored.start_time();
  *attempt.mutable_duration() = stored.duration();
  attempt.set_succeeded(stored.succeeded());
  attempt.set_http_status(stored.http_status());
  attempt.set_error(stored.error());
  // The enums have the same numbers; a test holds them to it.
  attempt.set_blame(static_cast<v1::Attempt::Blame>(stored.blame()));
  attempt.set_response_preview(stored.response_preview());
  for (const store::v1::Phase& from : stored.phases()) {
    v1::Phase& phase = *attempt.add_phases();
    phase.set_name(from.name());
    *phase.mutable_duration() = from.duration();
  }
  return attempt;
}

void FillInbound(const store::v1::InboundWork& work, v1::InboundDelivery& inbound) {
  inbound.set_mapping(work.mapping());
  inbound.set_source_record_id(work.record_id());
  inbound.set_record(work.record_display_name());
  inbound.set_event_type(EventType(work.object_type(), work.action()));
  *inbound.mutable_events() = work.events();
  inbound.set_target_record_id(work.target_record_id());
}

void FillOutbound(const store::v1::OutboundWork& work, v1::OutboundDelivery& outbound) {
  outbound.set_endpoint(work.endpoint());
  outbound.set_message_id(std::string(IdOf(work.message())));
  outbound.set_event_type(work.event_type());
  outbound.set_url(work.url());
}

v1::Delivery ToApi(const StoredDelivery& stored) {
  v1::Delivery delivery;
  delivery.set_name(stored.name());
  delivery.set_state(static_cast<v1::Delivery::State>(stored.state()));
  delivery.set_state_reason(stored.state_reason());
  const bool inbound = stored.has_inbound();
  if (inbound) {
    FillInbound(stored.inbound(), *delivery.mutable_inbound());
  } else {
    FillOutbound(stored.outbound(), *delivery.mutable_outbound());
  }
  delivery.set_attempt_count(stored.attempt_count());
  delivery.set_max_attempts(
      MaxAttempts(inbound ? store::v1::DIRECTION_INBOUND : store::v1::DIRECTION_OUTBOUND));
  delivery.set_waiting_for(stored.waiting_for());
  if (stored.has_next_attempt_time()) {
    *delivery.mutable_next_attempt_time() = stored.next_attempt_time();
  }
  *delivery.mutable_create_time() = stored.create_time();
  *delivery.mutable_update_time() = stored.update_time();
  delivery.set_payload_preview(stored.payload_preview());
  return delivery;
}

}  // namespace

grpc::Status DeliveryServiceImpl::GetDelivery(grpc::ServerContext*,
                                              const v1::GetDeliveryRequest* request,
                                              v1::Delivery* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckName("name", request->name(), kPattern));
    FC_ASSIGN_OR_RETURN(const StoredDelivery stored, tx.deliveries().Get(request->name()));
    out = ToApi(stored);
    FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Attempt> attempts,
                        tx.deliveries().ListAttempts(stored.name()));
    for (const store::v1::Attempt& attempt : attempts) *out.add_attempts() = ToApi(attempt);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryServiceImpl::ListDeliveries(grpc::ServerContext*,
                                                 const v1::ListDeliveriesRequest* request,
                                                 v1::ListDeliveriesResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_RETURN_IF_ERROR(CheckEnum("direction", request->direction(),
                                 *v1::ListDeliveriesRequest::Direction_descriptor()));
    FC_RETURN_IF_ERROR(CheckEnum("state", request->state(), *v1::Delivery::State_descriptor()));
    const DeliveryFilter filter{
        .direction = static_cast<store::v1::Direction>(request->direction()),
        .state = static_cast<StoredDelivery::State>(request->state()),
        .mapping = request->mapping(),
        .endpoint = request->endpoint()};
    FC_ASSIGN_OR_RETURN(const Page<StoredDelivery> deliveries,
                        tx.deliveries().List(request->parent(), filter, page));
    for (const StoredDelivery& stored : deliveries.items) *out.add_deliveries() = ToApi(stored);
    out.set_next_page_token(deliveries.next);
    return absl::OkStatus();
  });
}

grpc::Status DeliveryServiceImpl::RetryDelivery(grpc::ServerContext*,
                                                const v1::RetryDeliveryRequest* request,
                                                v1::Delivery* response) {
  const absl::Time now = context_.clock.Now();
  const absl::Status status =
      RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_RETURN_IF_ERROR(CheckName("name", request->name(), kPattern));
        FC_ASSIGN_OR_RETURN(const StoredDelivery stored, RetryByHand(tx, request->name(), now));
        out = ToApi(stored);
        return absl::OkStatus();
      });
  if (status.ok()) context_.on_work();
  return ToGrpc(status);
}

}  // namespace fluxcascade
