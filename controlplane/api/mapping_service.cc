#include "controlplane/api/mapping_service.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/mapping_convert.h"
#include "controlplane/api/mapping_system_check.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
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

absl::StatusOr<StoredMapping> GetMappingNamed(Transaction& tx, absl::string_view name,
                                              absl::string_view field = "name") {
  FC_RETURN_IF_ERROR(CheckName(field, name, kPattern));
  return tx.mappings().Get(name);
}

// Why it is not active, and what to do.
std::string HowToActivate(const StoredConnection& connection) {
  if (connection.paused()) return "it is paused: set paused to false";
  if (connection.state() == StoredConnection::STATE_UNREACHABLE) {
    return absl::StrCat("its system could not be reached when it was last tried: ",
                        connection.state_reason(), "; try it again with CheckConnection");
  }
  return absl::StrCat(connection.state_reason(),
                      "; give it a credential that works, then CheckConnection");
}

absl::Status CheckActive(Transaction& tx, absl::string_view connection_name) {
  FC_ASSIGN_OR_RETURN(const StoredConnection connection, tx.connections().Get(connection_name));
  if (!connection.paused() && connection.state() == StoredConnection::STATE_ACTIVE) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat(connection_name, " is not active: ", HowToActivate(connection), ", and repeat"));
}

// Without a mask, the sides that are given are those that the mapping has.
absl::Status CheckSides(const v1::UpdateMappingRequest& request, const StoredMapping& stored) {
  const auto& mask = request.update_mask();
  const v1::Mapping& given = request.mapping();
  FC_RETURN_IF_ERROR(CheckUnchanged(mask, "mapping.source.connection", given.source().connection(),
                                    stored.source().connection()));
  FC_RETURN_IF_ERROR(CheckUnchanged(mask, "mapping.source.object_type",
                                    given.source().object_type(), stored.source().object_type()));
  FC_RETURN_IF_ERROR(CheckUnchanged(mask, "mapping.target.connection", given.target().connection(),
                                    stored.target().connection()));
  return CheckUnchanged(mask, "mapping.target.object_type", given.target().object_type(),
                        stored.target().object_type());
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
    FC_RETURN_IF_ERROR(
        CheckEnum("mapping.delete_policy", given.delete_policy(), *v1::DeletePolicy_descriptor()));
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

// The mapping that the request asks for, not yet checked against the systems.
absl::StatusOr<StoredMapping> NewMapping(const ApiContext& context,
                                         const v1::CreateMappingRequest& request) {
  const v1::Mapping& given = request.mapping();
  FC_RETURN_IF_ERROR(CheckName("parent", request.parent(), "workspaces/*"));
  FC_RETURN_IF_ERROR(CheckText("request_id", request.request_id(), kMaxRequestId, false));
  FC_ASSIGN_OR_RETURN(const std::string id, ToResourceId("mapping_id", request.mapping_id(),
                                                         context.clock, context.random));
  if (given.realtime_enabled()) {
    return absl::InvalidArgumentError(
        "mapping.realtime_enabled: cannot be set; call EnableRealtimeSync");
  }
  StoredMapping stored;
  stored.set_name(JoinName(request.parent(), "mappings", id));
  stored.set_request_id(request.request_id());
  stored.mutable_source()->set_connection(given.source().connection());
  stored.mutable_source()->set_object_type(given.source().object_type());
  stored.mutable_target()->set_connection(given.target().connection());
  stored.mutable_target()->set_object_type(given.target().object_type());
  FC_RETURN_IF_ERROR(TakeOver(given, ChangeableFields(), stored));
  *stored.mutable_create_time() = *stored.mutable_update_time() = ToProto(context.clock.Now());
  stored.set_revision(1);
  return stored;
}

// True: an earlier call with this request id made the mapping that is now in `out`.
absl::StatusOr<bool> FindEarlier(Transaction& tx, const v1::CreateMappingRequest& request,
                                 v1::Mapping& out) {
  FC_ASSIGN_OR_RETURN(const auto earlier,
                      tx.mappings().FindByRequestId(request.parent(), request.request_id()));
  if (earlier.has_value()) out = ToApi(*earlier);
  return earlier.has_value();
}

absl::Status CheckNameIsFree(Transaction& tx, absl::string_view name) {
  const absl::Status found = tx.mappings().Get(name).status();
  if (absl::IsNotFound(found)) return absl::OkStatus();
  FC_RETURN_IF_ERROR(found);
  return absl::AlreadyExistsError(absl::StrCat("mapping ", name, " exists already"));
}

// What an earlier mapping of this name has left behind (its deletion was cut short, or a delivery
// was running) must not become the new one's links.
absl::Status InsertWithoutLinks(const ApiContext& context, const v1::CreateMappingRequest& request,
                                const StoredMapping& mapping, v1::Mapping* response) {
  int dropped = kLinksPerTransaction;
  while (dropped == kLinksPerTransaction) {
    FC_RETURN_IF_ERROR(
        RunFor(context.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
          dropped = 0;
          FC_ASSIGN_OR_RETURN(const bool made_meanwhile, FindEarlier(tx, request, out));
          if (made_meanwhile) return absl::OkStatus();
          FC_RETURN_IF_ERROR(CheckNameIsFree(tx, mapping.name()));
          FC_RETURN_IF_ERROR(tx.connections().Get(mapping.source().connection()).status());
          FC_RETURN_IF_ERROR(tx.connections().Get(mapping.target().connection()).status());
          FC_ASSIGN_OR_RETURN(dropped,
                              tx.links().DeleteByMapping(mapping.name(), kLinksPerTransaction));
          if (dropped == kLinksPerTransaction) return absl::OkStatus();
          FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));
          out = ToApi(mapping);
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
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
  const absl::StatusOr<StoredMapping> wanted = NewMapping(context_, *request);
  if (!wanted.ok()) return ToGrpc(wanted.status());
  bool existed = false;
  absl::Status status =
      RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
        FC_ASSIGN_OR_RETURN(existed, FindEarlier(tx, *request, out));
        return existed ? absl::OkStatus() : CheckNameIsFree(tx, wanted->name());
      });
  if (!status.ok() || existed) return ToGrpc(status);
  status = CheckAgainstSystems(context_, *wanted);
  if (!status.ok()) return ToGrpc(status);
  return ToGrpc(InsertWithoutLinks(context_, *request, *wanted, response));
}

grpc::Status MappingServiceImpl::UpdateMapping(grpc::ServerContext*,
                                               const v1::UpdateMappingRequest* request,
                                               v1::Mapping* response) {
  const absl::Time now = context_.clock.Now();
  StoredMapping changed;
  absl::Status status = context_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(changed, GetMappingNamed(tx, request->mapping().name(), "mapping.name"));
    FC_RETURN_IF_ERROR(CheckEtag(request->mapping().etag(), changed.revision()));
    FC_RETURN_IF_ERROR(CheckSides(*request, changed));
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
      // Made again meanwhile: its links are its own.
      deleted = 0;
      if (tx.mappings().Get(request->name()).ok()) return absl::OkStatus();
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
