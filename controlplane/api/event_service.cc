#include "controlplane/api/event_service.h"

#include <algorithm>

#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/ingest/request_intake.h"
#include "controlplane/model/action.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

v1::Event ToApi(const store::v1::Event& stored) {
  v1::Event event;
  event.set_name(stored.name());
  event.set_type(EventType(stored.object_type(), stored.action()));
  // The enums have the same numbers; a test holds them to it.
  event.set_action(static_cast<v1::Event::Action>(stored.action()));
  event.set_connection(stored.connection());
  event.set_app(stored.app());
  event.set_account_id(stored.account_id());
  event.set_object_type(stored.object_type());
  event.set_record_id(stored.record_id());
  *event.mutable_merged_record_ids() = stored.merged_record_ids();
  *event.mutable_changed_fields() = stored.changed_fields();
  event.set_external_id(stored.external_id());
  if (stored.has_occur_time()) *event.mutable_occur_time() = stored.occur_time();
  *event.mutable_receive_time() = stored.receive_time();
  event.set_state(static_cast<v1::Event::State>(stored.state()));
  event.set_state_reason(stored.state_reason());
  *event.mutable_deliveries() = stored.deliveries();
  event.set_payload_preview(Utf8Preview(stored.payload(), kPayloadPreviewBytes));
  event.mutable_log_position()->set_edge_node(stored.edge_node());
  event.mutable_log_position()->set_log_id(stored.log_id());
  event.mutable_log_position()->set_sequence(stored.sequence());
  return event;
}

v1::Rejection ToApi(const store::v1::Rejection& stored) {
  constexpr size_t kBodyPreviewBytes = 256;
  v1::Rejection rejection;
  rejection.set_name(stored.name());
  rejection.set_app(stored.app());
  rejection.set_edge_node(stored.edge_node());
  *rejection.mutable_receive_time() = stored.receive_time();
  rejection.set_reason(stored.reason());
  rejection.set_detail(stored.detail());
  rejection.set_remote_address(stored.remote_address());
  rejection.set_count(stored.count());
  rejection.set_body_preview(Utf8Preview(stored.body_preview(), kBodyPreviewBytes));
  return rejection;
}

}  // namespace

grpc::Status EventServiceImpl::GetEvent(grpc::ServerContext*, const v1::GetEventRequest* request,
                                        v1::Event* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckName("name", request->name(), "workspaces/*/events/*"));
    FC_ASSIGN_OR_RETURN(const store::v1::Event stored, tx.events().Get(request->name()));
    out = ToApi(stored);
    return absl::OkStatus();
  });
}

grpc::Status EventServiceImpl::ListEvents(grpc::ServerContext*,
                                          const v1::ListEventsRequest* request,
                                          v1::ListEventsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_RETURN_IF_ERROR(CheckEnum("state", request->state(), *v1::Event::State_descriptor()));
    const EventFilter filter{.connection = request->connection(),
                             .record_id = request->record_id(),
                             .state = static_cast<store::v1::Event::State>(request->state())};
    FC_ASSIGN_OR_RETURN(const Page<store::v1::Event> events,
                        tx.events().List(request->parent(), filter, page));
    for (const store::v1::Event& stored : events.items) *out.add_events() = ToApi(stored);
    out.set_next_page_token(events.next);
    return absl::OkStatus();
  });
}

grpc::Status EventServiceImpl::ListRejections(grpc::ServerContext*,
                                              const v1::ListRejectionsRequest* request,
                                              v1::ListRejectionsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<store::v1::Rejection> rejections,
                        tx.rejections().List(request->parent(), request->app(), page));
    for (const store::v1::Rejection& stored : rejections.items) {
      *out.add_rejections() = ToApi(stored);
    }
    out.set_next_page_token(rejections.next);
    return absl::OkStatus();
  });
}

}  // namespace fluxcascade
