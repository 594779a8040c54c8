#include "controlplane/api/mapping_service.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/mapping_convert.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/mapping/check.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/subscriptions/subscription_controller.h"

namespace fluxcascade {
namespace {

using StoredConnection = store::v1::Connection;
using StoredMapping = store::v1::Mapping;

constexpr char kPattern[] = "workspaces/*/mappings/*";
// Links that go in one transaction with their mapping; the rest is left to the transactions after
// it.
constexpr int kLinksPerTransaction = 1000;

absl::StatusOr<StoredMapping> GetMappingNamed(Transaction& tx, absl::string_view name) {
  FC_RETURN_IF_ERROR(CheckName("name", name, kPattern));
  return tx.mappings().Get(name);
}

absl::StatusOr<StoredConnection> SideConnection(Transaction& tx, absl::string_view field,
                                                const store::v1::Side& side) {
  FC_RETURN_IF_ERROR(CheckName(absl::StrCat(field, ".connection"), side.connection(),
                               "workspaces/*/connections/*"));
  FC_RETURN_IF_ERROR(CheckText(absl::StrCat(field, ".object_type"), side.object_type(), 100, true));
  return tx.connections().Get(side.connection());
}

// What the system says of the side's object type: its fields are asked of the system itself, since
// users add their own.
absl::StatusOr<ObjectTypeInfo> Describe(const ApiContext& context, absl::string_view field,
                                        const StoredConnection& connection,
                                        absl::string_view object_type) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, context.connectors.Find(connection.system()));
  FC_ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiClient> api,
      context.clients.ForConnection(connection, context.clock.Now() + kApiSystemTimeout, nullptr));
  absl::StatusOr<ObjectTypeInfo> info = connector->DescribeObjectType(*api, object_type);
  if (info.ok()) return info;
  return absl::Status(info.status().code(),
                      absl::StrCat(field, ": ", connection.name(), ": ", info.status().message()));
}

// Checks the mapping against both systems. Outside of any transaction: it calls them.
absl::Status CheckAgainstSystems(const ApiContext& context, const StoredMapping& mapping) {
  StoredConnection source;
  StoredConnection target;
  FC_RETURN_IF_ERROR(context.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(source, SideConnection(tx, "mapping.source", mapping.source()));
    FC_ASSIGN_OR_RETURN(target, SideConnection(tx, "mapping.target", mapping.target()));
    return absl::OkStatus();
  }));
  FC_ASSIGN_OR_RETURN(const ObjectTypeInfo source_type,
                      Describe(context, "mapping.source", source, mapping.source().object_type()));
  FC_ASSIGN_OR_RETURN(const ObjectTypeInfo target_type,
                      Describe(context, "mapping.target", target, mapping.target().object_type()));
  return CheckMapping(mapping, source_type, target_type);
}

absl::Status CheckActive(Transaction& tx, absl::string_view connection_name) {
  FC_ASSIGN_OR_RETURN(const StoredConnection connection, tx.connections().Get(connection_name));
  if (!connection.paused() && connection.state() == StoredConnection::STATE_ACTIVE) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(connection_name, " is not active",
                   connection.paused()
                       ? " (it is paused): set paused to false"
                       : absl::StrCat(" (", connection.state_reason(),
                                      "): give it a credential that works, then CheckConnection"),
                   ", and repeat"));
}

absl::Status TakeOver(const v1::Mapping& given, const std::set<std::string>& fields,
                      StoredMapping& stored) {
  if (fields.contains("display_name")) {
    FC_RETURN_IF_ERROR(
        CheckText("mapping.display_name", given.display_name(), kMaxDisplayName, false));
    stored.set_display_name(given.display_name());
  }
  if (fields.contains("match_field")) stored.set_match_field(given.match_field());
  if (fields.contains("delete_policy")) {
    stored.set_delete_policy(static_cast<StoredMapping::DeletePolicy>(given.delete_policy()));
  }
  if (!fields.contains("fields")) return absl::OkStatus();
  return ToStored(given.fields(), *stored.mutable_fields());
}

const std::set<std::string>& ChangeableFields() {
  static const auto* const fields =
      new std::set<std::string>{"display_name", "fields", "match_field", "delete_policy"};
  return *fields;
}

absl::Status SetRealtime(const ApiContext& context, absl::string_view name, bool enabled,
                         v1::Mapping* response) {
  const absl::Time now = context.clock.Now();
  FC_RETURN_IF_ERROR(
      RunFor(context.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_ASSIGN_OR_RETURN(StoredMapping stored, GetMappingNamed(tx, name));
        if (enabled) {
          FC_RETURN_IF_ERROR(CheckActive(tx, stored.source().connection()));
          FC_RETURN_IF_ERROR(CheckActive(tx, stored.target().connection()));
        }
        stored.set_realtime_enabled(enabled);
        *stored.mutable_update_time() = ToProto(now);
        stored.set_revision(stored.revision() + 1);
        FC_RETURN_IF_ERROR(tx.mappings().Update(stored));
        FC_RETURN_IF_ERROR(MarkConnectionForReconcile(tx, stored.source().connection(), now));
        out = ToApi(stored);
        return absl::OkStatus();
      }));
  context.on_subscriptions_changed();
  return absl::OkStatus();
}

}  // namespace

grpc::Status MappingServiceImpl::GetMapping(grpc::ServerContext*,
                                            const v1::GetMappingRequest* request,
                                            v1::Mapping* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredMapping stored, GetMappingNamed(tx, request->name()));
    out = ToApi(stored);
    return absl::OkStatus();
  });
}

grpc::Status MappingServiceImpl::ListMappings(grpc::ServerContext*,
                                              const v1::ListMappingsRequest* request,
                                              v1::ListMappingsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<StoredMapping> mappings,
                        tx.mappings().List(request->parent(), page));
    for (const StoredMapping& stored : mappings.items) {
      if (!request->connection().empty() && stored.source().connection() != request->connection() &&
          stored.target().connection() != request->connection()) {
        continue;
      }
      *out.add_mappings() = ToApi(stored);
    }
    out.set_next_page_token(mappings.next);
    return absl::OkStatus();
  });
}

grpc::Status MappingServiceImpl::CreateMapping(grpc::ServerContext*,
                                               const v1::CreateMappingRequest* request,
                                               v1::Mapping* response) {
  const absl::Time now = context_.clock.Now();
  const v1::Mapping& given = request->mapping();
  StoredMapping stored;
  const auto prepare = [&]() -> absl::Status {
    FC_RETURN_IF_ERROR(CheckName("parent", request->parent(), "workspaces/*"));
    FC_RETURN_IF_ERROR(CheckText("request_id", request->request_id(), kMaxRequestId, false));
    FC_ASSIGN_OR_RETURN(const std::string id, ToResourceId("mapping_id", request->mapping_id(),
                                                           context_.clock, context_.random));
    if (given.realtime_enabled()) {
      return absl::InvalidArgumentError(
          "mapping.realtime_enabled: cannot be set; call EnableRealtimeSync");
    }
    stored.set_name(JoinName(request->parent(), "mappings", id));
    stored.set_request_id(request->request_id());
    stored.mutable_source()->set_connection(given.source().connection());
    stored.mutable_source()->set_object_type(given.source().object_type());
    stored.mutable_target()->set_connection(given.target().connection());
    stored.mutable_target()->set_object_type(given.target().object_type());
    FC_RETURN_IF_ERROR(TakeOver(given, ChangeableFields(), stored));
    *stored.mutable_create_time() = *stored.mutable_update_time() = ToProto(now);
    stored.set_revision(1);
    return absl::OkStatus();
  };
  const auto find_earlier = [&](Transaction& tx, v1::Mapping& out) -> absl::StatusOr<bool> {
    FC_ASSIGN_OR_RETURN(const auto earlier,
                        tx.mappings().FindByRequestId(request->parent(), request->request_id()));
    if (earlier.has_value()) out = ToApi(*earlier);
    return earlier.has_value();
  };
  absl::Status status = prepare();
  bool existed = false;
  if (status.ok()) {
    status = RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
      FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
      FC_ASSIGN_OR_RETURN(existed, find_earlier(tx, out));
      return absl::OkStatus();
    });
  }
  if (!status.ok() || existed) return ToGrpc(status);
  status = CheckAgainstSystems(context_, stored);
  if (!status.ok()) return ToGrpc(status);
  return ToGrpc(RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const bool made_meanwhile, find_earlier(tx, out));
    if (made_meanwhile) return absl::OkStatus();
    FC_RETURN_IF_ERROR(tx.connections().Get(stored.source().connection()).status());
    FC_RETURN_IF_ERROR(tx.connections().Get(stored.target().connection()).status());
    FC_RETURN_IF_ERROR(tx.mappings().Insert(stored));
    out = ToApi(stored);
    return absl::OkStatus();
  }));
}

grpc::Status MappingServiceImpl::UpdateMapping(grpc::ServerContext*,
                                               const v1::UpdateMappingRequest* request,
                                               v1::Mapping* response) {
  const absl::Time now = context_.clock.Now();
  StoredMapping changed;
  absl::Status status = context_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(changed, GetMappingNamed(tx, request->mapping().name()));
    FC_RETURN_IF_ERROR(CheckEtag(request->mapping().etag(), changed.revision()));
    FC_ASSIGN_OR_RETURN(
        const std::set<std::string> fields,
        FieldsToUpdate(request->mapping(), request->update_mask(), ChangeableFields()));
    return TakeOver(request->mapping(), fields, changed);
  });
  if (status.ok()) status = CheckAgainstSystems(context_, changed);
  if (!status.ok()) return ToGrpc(status);
  status = RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredMapping current, tx.mappings().Get(changed.name()));
    if (current.revision() != changed.revision()) {
      return absl::AbortedError(
          absl::StrCat(changed.name(), " was changed at the same time: get it again and repeat"));
    }
    StoredMapping stored = changed;
    stored.set_realtime_enabled(current.realtime_enabled());
    *stored.mutable_update_time() = ToProto(now);
    stored.set_revision(current.revision() + 1);
    FC_RETURN_IF_ERROR(tx.mappings().Update(stored));
    FC_RETURN_IF_ERROR(MarkConnectionForReconcile(tx, stored.source().connection(), now));
    out = ToApi(stored);
    return absl::OkStatus();
  });
  if (status.ok()) context_.on_subscriptions_changed();
  return ToGrpc(status);
}

grpc::Status MappingServiceImpl::DeleteMapping(grpc::ServerContext*,
                                               const v1::DeleteMappingRequest* request,
                                               google::protobuf::Empty*) {
  const absl::Time now = context_.clock.Now();
  absl::Status status = context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredMapping stored, GetMappingNamed(tx, request->name()));
    FC_RETURN_IF_ERROR(tx.mappings().Delete(stored.name()));
    return MarkConnectionForReconcile(tx, stored.source().connection(), now);
  });
  int deleted = kLinksPerTransaction;
  while (status.ok() && deleted == kLinksPerTransaction) {
    status = context_.store.Run([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(deleted,
                          tx.links().DeleteByMapping(request->name(), kLinksPerTransaction));
      return absl::OkStatus();
    });
  }
  if (status.ok()) context_.on_subscriptions_changed();
  return ToGrpc(status);
}

grpc::Status MappingServiceImpl::EnableRealtimeSync(grpc::ServerContext*,
                                                    const v1::EnableRealtimeSyncRequest* request,
                                                    v1::Mapping* response) {
  return ToGrpc(SetRealtime(context_, request->name(), true, response));
}

grpc::Status MappingServiceImpl::DisableRealtimeSync(grpc::ServerContext*,
                                                     const v1::DisableRealtimeSyncRequest* request,
                                                     v1::Mapping* response) {
  return ToGrpc(SetRealtime(context_, request->name(), false, response));
}

}  // namespace fluxcascade
