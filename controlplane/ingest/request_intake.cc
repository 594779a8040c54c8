#include "controlplane/ingest/request_intake.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/ingest/body_coding.h"
#include "controlplane/model/reason.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {
namespace {

using store::v1::Event;

store::v1::Action ToStored(EventAction action) {
  switch (action) {
    case EventAction::kCreate:
      return store::v1::ACTION_CREATE;
    case EventAction::kUpdate:
      return store::v1::ACTION_UPDATE;
    case EventAction::kDelete:
      return store::v1::ACTION_DELETE;
    case EventAction::kMerge:
      return store::v1::ACTION_MERGE;
  }
  return store::v1::ACTION_UNSPECIFIED;
}

// Connectors know nothing of compression.
absl::StatusOr<std::vector<SourceEvent>> Parse(const Connector& connector,
                                               const edge::v1::LoggedRequest& request) {
  if (!IsBodyCoded(request)) return connector.ParseRequest(request);
  edge::v1::LoggedRequest readable = request;
  FC_ASSIGN_OR_RETURN(*readable.mutable_body(), DecodeBody(request));
  return connector.ParseRequest(readable);
}

Event WithSource(Event event, const SourceEvent& source) {
  event.set_action(ToStored(source.action));
  event.set_account_id(source.account_id);
  event.set_object_type(source.object_type);
  event.set_record_id(source.record_id);
  for (const std::string& id : source.merged_record_ids) event.add_merged_record_ids(id);
  for (const std::string& field : source.changed_fields) event.add_changed_fields(field);
  event.set_external_id(source.external_id);
  *event.mutable_occur_time() = ToProto(source.occur_time);
  event.set_payload(source.payload.substr(0, kPayloadPreviewBytes));
  return event;
}

// An update matters to a mapping when one of its source fields changed, or when the system did not
// say which did.
bool Concerns(const store::v1::Mapping& mapping, const Event& event) {
  if (event.action() != store::v1::ACTION_UPDATE || event.changed_fields().empty()) return true;
  std::set<absl::string_view> mapped;
  for (const store::v1::FieldMapping& field : mapping.fields()) {
    mapped.insert(field.source_fields().begin(), field.source_fields().end());
  }
  return std::any_of(event.changed_fields().begin(), event.changed_fields().end(),
                     [&](const std::string& changed) { return mapped.contains(changed); });
}

std::string MessageType(store::v1::Action action) {
  switch (action) {
    case store::v1::ACTION_CREATE:
      return kRecordCreated;
    case store::v1::ACTION_UPDATE:
      return kRecordUpdated;
    case store::v1::ACTION_DELETE:
      return kRecordDeleted;
    default:
      return "";
  }
}

}  // namespace

absl::Status RequestIntake::Take(const edge::v1::LoggedRequest& request,
                                 const RequestOrigin& origin) {
  // A hook is named after its app.
  absl::StatusOr<store::v1::App> app = tx_.apps().Get(request.hook_id());
  if (absl::IsNotFound(app.status())) {
    return Keep(request, origin, Event::STATE_UNKNOWN_ACCOUNT,
                "the app of this hook no longer exists");
  }
  FC_RETURN_IF_ERROR(app.status());
  FC_ASSIGN_OR_RETURN(const Connector* connector, connectors_.Find(app->system()));
  absl::StatusOr<std::vector<SourceEvent>> sources = Parse(*connector, request);
  if (!sources.ok()) {
    return Keep(request, origin, Event::STATE_UNPARSABLE, sources.status().message());
  }
  if (sources->empty()) {
    return Keep(request, origin, Event::STATE_UNSUPPORTED, "the request holds no events");
  }
  const Event base = NewEvent(request, origin, WorkspaceOf(app->name()));
  for (const SourceEvent& source : *sources) {
    FC_RETURN_IF_ERROR(TakeEvent(source, *app, base));
  }
  return absl::OkStatus();
}

absl::Status RequestIntake::Keep(const edge::v1::LoggedRequest& request,
                                 const RequestOrigin& origin, Event::State state,
                                 absl::string_view reason) {
  const absl::string_view workspace = request.hook_id().empty()
                                          ? absl::string_view(kDefaultWorkspace)
                                          : WorkspaceOf(request.hook_id());
  Event event = NewEvent(request, origin, workspace);
  event.set_name(JoinName(workspace, "events", NewSortableId(now_, random_)));
  event.set_state(state);
  event.set_state_reason(ReasonText(reason));
  const bool unread = state == Event::STATE_UNPARSABLE || state == Event::STATE_SET_ASIDE;
  event.set_payload(unread ? request.body() : request.body().substr(0, kPayloadPreviewBytes));
  return tx_.events().InsertIfNew(event, "", now_).status();
}

Event RequestIntake::NewEvent(const edge::v1::LoggedRequest& request, const RequestOrigin& origin,
                              absl::string_view workspace) const {
  Event event;
  event.set_name(JoinName(workspace, "events", ""));
  event.set_app(request.hook_id());
  *event.mutable_receive_time() = request.receive_time();
  event.set_edge_node(origin.edge_node);
  event.set_log_id(origin.log_id);
  event.set_sequence(request.sequence());
  return event;
}

absl::Status RequestIntake::TakeEvent(const SourceEvent& source, const store::v1::App& app,
                                      const Event& base) {
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Connection> connections,
                      tx_.connections().ListByAccount(app.name(), source.account_id));
  if (connections.empty()) {
    Event event = WithSource(base, source);
    event.set_name(absl::StrCat(base.name(), NewSortableId(now_, random_)));
    // What nothing would be done with in any account says so; it may not even name one.
    const bool supported = source.unsupported_reason.empty();
    event.set_state(supported ? Event::STATE_UNKNOWN_ACCOUNT : Event::STATE_UNSUPPORTED);
    event.set_state_reason(
        supported ? absl::StrCat("no connection of the app has account id ", source.account_id)
                  : ReasonText(source.unsupported_reason));
    return tx_.events().InsertIfNew(event, source.dedupe_key, now_).status();
  }
  for (const store::v1::Connection& connection : connections) {
    Event event = WithSource(base, source);
    event.set_name(absl::StrCat(base.name(), NewSortableId(now_, random_)));
    event.set_connection(connection.name());
    FC_RETURN_IF_ERROR(TakeForConnection(source, std::move(event), connection));
  }
  return absl::OkStatus();
}

absl::Status RequestIntake::TakeForConnection(const SourceEvent& source, Event event,
                                              const store::v1::Connection& connection) {
  const bool supported = source.unsupported_reason.empty();
  event.set_state(supported ? Event::STATE_ACCEPTED : Event::STATE_UNSUPPORTED);
  event.set_state_reason(ReasonText(source.unsupported_reason));
  FC_ASSIGN_OR_RETURN(const bool is_new,
                      tx_.events().InsertIfNew(
                          event, absl::StrCat(connection.name(), "\n", source.dedupe_key), now_));
  if (!is_new || !supported) return absl::OkStatus();
  FC_RETURN_IF_ERROR(PutIntoDeliveries(event));
  FC_RETURN_IF_ERROR(tx_.events().Update(event));
  return PublishChange(event, connection.system());
}

absl::Status RequestIntake::PutIntoDeliveries(Event& event) {
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Mapping> mappings,
                      tx_.mappings().ListBySource(event.connection()));
  absl::string_view reason = "no mapping with real-time sync on reads this object type";
  for (const store::v1::Mapping& mapping : mappings) {
    if (mapping.source().object_type() != event.object_type() || !mapping.realtime_enabled()) {
      continue;
    }
    if (!Concerns(mapping, event)) {
      reason = "no mapping with real-time sync on uses the fields that changed";
      continue;
    }
    FC_ASSIGN_OR_RETURN(const std::string delivery,
                        AcceptChange(tx_, mapping, event, now_, random_));
    event.add_deliveries(delivery);
  }
  if (event.deliveries().empty()) {
    event.set_state(Event::STATE_UNMAPPED);
    event.set_state_reason(std::string(reason));
  }
  return absl::OkStatus();
}

absl::Status RequestIntake::PublishChange(const Event& event, absl::string_view system) {
  const std::string type = MessageType(event.action());
  if (type.empty()) return absl::OkStatus();
  const nlohmann::json data = {
      {"connection", event.connection()},
      {"system", std::string(system)},
      {"object_type", event.object_type()},
      {"record_id", event.record_id()},
      {"changed_fields",
       std::vector<std::string>(event.changed_fields().begin(), event.changed_fields().end())},
      {"event", event.name()}};
  return publisher_.Publish(WorkspaceOf(event.name()), type, data);
}

}  // namespace fluxcascade
