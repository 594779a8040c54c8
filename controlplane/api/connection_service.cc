#include "controlplane/api/connection_service.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/api/credentials.h"
#include "controlplane/api/requests.h"
#include "controlplane/api/serve.h"
#include "controlplane/api/subscription_service.h"
#include "controlplane/connections/connection_state.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using StoredConnection = store::v1::Connection;

constexpr char kPattern[] = "workspaces/*/connections/*";
// How often a check begins anew because the connection was changed meanwhile.
constexpr int kChecks = 3;

absl::StatusOr<StoredConnection> GetConnectionNamed(Transaction& tx, absl::string_view name,
                                                    absl::string_view field = "name") {
  FC_RETURN_IF_ERROR(CheckName(field, name, kPattern));
  return tx.connections().Get(name);
}

v1::Connection::State ToApiState(const StoredConnection& stored) {
  if (stored.paused()) return v1::Connection::STATE_PAUSED;
  switch (stored.state()) {
    case StoredConnection::STATE_ACTIVE:
      return v1::Connection::STATE_ACTIVE;
    case StoredConnection::STATE_AUTHORIZATION_FAILED:
      return v1::Connection::STATE_AUTHORIZATION_FAILED;
    case StoredConnection::STATE_UNREACHABLE:
      return v1::Connection::STATE_UNREACHABLE;
    default:
      return v1::Connection::STATE_UNSPECIFIED;
  }
}

// The subscriptions of the connection's app that one of its own mappings needs, and those that are
// being taken away: nobody needs them any more, so every connection of the app shows them.
absl::Status AddSubscriptions(Transaction& tx, const StoredConnection& stored,
                              v1::Connection& connection) {
  std::set<std::string> own;
  FC_ASSIGN_OR_RETURN(const auto mappings, tx.mappings().ListBySource(stored.name()));
  for (const store::v1::Mapping& mapping : mappings) own.insert(mapping.name());
  FC_ASSIGN_OR_RETURN(const auto subscriptions, tx.subscriptions().ListByApp(stored.app()));
  for (const store::v1::Subscription& subscription : subscriptions) {
    const auto& needed_by = subscription.mappings();
    if (subscription.state() == store::v1::Subscription::STATE_REMOVING ||
        std::any_of(needed_by.begin(), needed_by.end(),
                    [&](const std::string& mapping) { return own.contains(mapping); })) {
      *connection.add_subscriptions() = ToApi(subscription);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::Connection> ToApi(const ApiContext& context, Transaction& tx,
                                     const StoredConnection& stored) {
  v1::Connection connection;
  connection.set_name(stored.name());
  connection.set_display_name(stored.display_name());
  connection.set_app(stored.app());
  connection.set_account_id(stored.account_id());
  connection.set_paused(stored.paused());
  connection.set_system(stored.system());
  connection.set_state(ToApiState(stored));
  connection.set_state_reason(stored.state_reason());
  *connection.mutable_create_time() = stored.create_time();
  *connection.mutable_update_time() = stored.update_time();
  connection.set_etag(absl::StrCat(stored.revision()));
  if (const std::optional<RateLimitState> limit = context.clients.RateLimit(stored.name())) {
    v1::RateLimitUse& use = *connection.mutable_rate_limit();
    use.set_limit(limit->limit);
    use.set_remaining(limit->remaining);
    *use.mutable_observe_time() = ToProto(limit->observe_time);
    if (limit->blocked_until.has_value()) {
      *use.mutable_blocked_until() = ToProto(*limit->blocked_until);
    }
  }
  FC_RETURN_IF_ERROR(AddSubscriptions(tx, stored, connection));
  return connection;
}

absl::Status TakeOver(const ApiContext& context, const v1::Connection& given,
                      const std::set<std::string>& fields, StoredConnection& stored) {
  if (fields.contains("display_name")) {
    FC_RETURN_IF_ERROR(
        CheckText("connection.display_name", given.display_name(), kMaxDisplayName, false));
    stored.set_display_name(given.display_name());
  }
  if (fields.contains("paused")) stored.set_paused(given.paused());
  if (fields.contains("account_id")) {
    FC_RETURN_IF_ERROR(CheckText("connection.account_id", given.account_id(), 200, true));
    stored.set_account_id(given.account_id());
  }
  if (fields.contains("credential")) {
    FC_ASSIGN_OR_RETURN(const PlainCredential plain,
                        ToPlainCredential("connection.credential", given.credential()));
    *stored.mutable_credential() = SealCredential(context.keyring, plain, stored.name());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> AskAccount(const ApiContext& context, const StoredConnection& stored) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, context.connectors.Find(stored.system()));
  FC_ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiClient> api,
      context.clients.ForConnection(stored, context.clock.Now() + kApiSystemTimeout, nullptr));
  return connector->CheckAccount(*api);
}

// kAborted when the connection was changed while the system was asked: the answer may be about a
// credential that it no longer has, and says nothing of the present one.
absl::Status CheckOnce(const ApiContext& context, absl::string_view name,
                       v1::Connection* response) {
  StoredConnection asked;
  FC_RETURN_IF_ERROR(context.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(asked, GetConnectionNamed(tx, name));
    return absl::OkStatus();
  }));
  const absl::StatusOr<std::string> account = AskAccount(context, asked);
  return RunFor(context.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(StoredConnection stored, tx.connections().Get(name));
    if (stored.revision() != asked.revision()) {
      return absl::AbortedError(
          absl::StrCat(name, " was changed while it was checked: check it again"));
    }
    SetStateFrom(account, stored);
    FC_RETURN_IF_ERROR(tx.connections().Update(stored));
    FC_ASSIGN_OR_RETURN(out, ToApi(context, tx, stored));
    return absl::OkStatus();
  });
}

}  // namespace

grpc::Status ConnectionServiceImpl::GetConnection(grpc::ServerContext*,
                                                  const v1::GetConnectionRequest* request,
                                                  v1::Connection* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredConnection stored, GetConnectionNamed(tx, request->name()));
    FC_ASSIGN_OR_RETURN(out, ToApi(context_, tx, stored));
    return absl::OkStatus();
  });
}

grpc::Status ConnectionServiceImpl::ListConnections(grpc::ServerContext*,
                                                    const v1::ListConnectionsRequest* request,
                                                    v1::ListConnectionsResponse* response) {
  return ServeRead(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_ASSIGN_OR_RETURN(const PageRequest page,
                        ToPageRequest(request->page_size(), request->page_token()));
    FC_ASSIGN_OR_RETURN(const Page<StoredConnection> connections,
                        tx.connections().List(request->parent(), page));
    for (const StoredConnection& stored : connections.items) {
      if (!request->app().empty() && stored.app() != request->app()) continue;
      FC_ASSIGN_OR_RETURN(*out.add_connections(), ToApi(context_, tx, stored));
    }
    out.set_next_page_token(connections.next);
    return absl::OkStatus();
  });
}

grpc::Status ConnectionServiceImpl::CreateConnection(grpc::ServerContext* context,
                                                     const v1::CreateConnectionRequest* request,
                                                     v1::Connection* response) {
  const absl::Time now = context_.clock.Now();
  StoredConnection stored;
  bool existed = false;
  const absl::Status status = context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_RETURN_IF_ERROR(CheckWorkspace(tx, request->parent()));
    FC_RETURN_IF_ERROR(CheckText("request_id", request->request_id(), kMaxRequestId, false));
    FC_ASSIGN_OR_RETURN(const auto earlier,
                        tx.connections().FindByRequestId(request->parent(), request->request_id()));
    existed = earlier.has_value();
    if (existed) {
      stored = *earlier;
      return absl::OkStatus();
    }
    FC_ASSIGN_OR_RETURN(
        const std::string id,
        ToResourceId("connection_id", request->connection_id(), context_.clock, context_.random));
    const v1::Connection& given = request->connection();
    FC_RETURN_IF_ERROR(CheckName("connection.app", given.app(), "workspaces/*/apps/*"));
    FC_RETURN_IF_ERROR(CheckWithin("connection.app", given.app(), request->parent()));
    FC_ASSIGN_OR_RETURN(const store::v1::App app, tx.apps().Get(given.app()));
    if (app.has_delete_time()) return absl::NotFoundError(absl::StrCat(app.name(), " was deleted"));
    stored.Clear();
    stored.set_name(JoinName(request->parent(), "connections", id));
    stored.set_app(given.app());
    stored.set_system(app.system());
    stored.set_request_id(request->request_id());
    std::set<std::string> fields = {"display_name", "paused", "credential"};
    if (!given.account_id().empty()) fields.insert("account_id");
    FC_RETURN_IF_ERROR(TakeOver(context_, given, fields, stored));
    stored.set_state(StoredConnection::STATE_UNREACHABLE);
    stored.set_state_reason("the credential has not been tried yet");
    *stored.mutable_create_time() = *stored.mutable_update_time() = ToProto(now);
    stored.set_revision(1);
    return tx.connections().Insert(stored);
  });
  if (!status.ok()) return ToGrpc(status);
  if (existed) {
    v1::GetConnectionRequest get;
    get.set_name(stored.name());
    return GetConnection(context, &get, response);
  }
  v1::CheckConnectionRequest check;
  check.set_name(stored.name());
  return CheckConnection(context, &check, response);
}

grpc::Status ConnectionServiceImpl::CheckConnection(grpc::ServerContext*,
                                                    const v1::CheckConnectionRequest* request,
                                                    v1::Connection* response) {
  absl::Status status;
  int checks = 0;
  do {
    status = CheckOnce(context_, request->name(), response);
  } while (absl::IsAborted(status) && ++checks < kChecks);
  if (status.ok()) context_.on_work();
  return ToGrpc(status);
}

grpc::Status ConnectionServiceImpl::UpdateConnection(grpc::ServerContext* context,
                                                     const v1::UpdateConnectionRequest* request,
                                                     v1::Connection* response) {
  const absl::Time now = context_.clock.Now();
  bool new_credential = false;
  const absl::Status status =
      RunFor(context_.store, response, [&](Transaction& tx, auto& out) -> absl::Status {
        FC_ASSIGN_OR_RETURN(
            StoredConnection stored,
            GetConnectionNamed(tx, request->connection().name(), "connection.name"));
        FC_RETURN_IF_ERROR(CheckEtag(request->connection().etag(), stored.revision()));
        FC_RETURN_IF_ERROR(CheckUnchanged(request->update_mask(), "connection.app",
                                          request->connection().app(), stored.app()));
        FC_RETURN_IF_ERROR(CheckUnchanged(request->update_mask(), "connection.account_id",
                                          request->connection().account_id(), stored.account_id()));
        FC_ASSIGN_OR_RETURN(const std::set<std::string> fields,
                            FieldsToUpdate(request->connection(), request->update_mask(),
                                           {"display_name", "paused", "credential"}));
        new_credential = fields.contains("credential");
        FC_RETURN_IF_ERROR(TakeOver(context_, request->connection(), fields, stored));
        *stored.mutable_update_time() = ToProto(now);
        stored.set_revision(stored.revision() + 1);
        FC_RETURN_IF_ERROR(tx.connections().Update(stored));
        FC_ASSIGN_OR_RETURN(out, ToApi(context_, tx, stored));
        return absl::OkStatus();
      });
  if (!status.ok() || !new_credential) {
    context_.on_work();
    return ToGrpc(status);
  }
  v1::CheckConnectionRequest check;
  check.set_name(request->connection().name());
  return CheckConnection(context, &check, response);
}

grpc::Status ConnectionServiceImpl::DeleteConnection(grpc::ServerContext*,
                                                     const v1::DeleteConnectionRequest* request,
                                                     google::protobuf::Empty*) {
  return ToGrpc(context_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const StoredConnection stored, GetConnectionNamed(tx, request->name()));
    FC_ASSIGN_OR_RETURN(const auto mappings, tx.mappings().ListByConnection(stored.name()));
    if (!mappings.empty()) {
      return absl::FailedPreconditionError(absl::StrCat(
          stored.name(), " is used by ", mappings.front().name(), ": delete its mappings first"));
    }
    return tx.connections().Delete(stored.name());
  }));
}

grpc::Status ConnectionServiceImpl::ListObjectTypes(grpc::ServerContext*,
                                                    const v1::ListObjectTypesRequest* request,
                                                    v1::ListObjectTypesResponse* response) {
  StoredConnection stored;
  absl::Status status = context_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(stored, GetConnectionNamed(tx, request->parent(), "parent"));
    return absl::OkStatus();
  });
  if (!status.ok()) return ToGrpc(status);
  const auto describe = [&]() -> absl::Status {
    FC_ASSIGN_OR_RETURN(const Connector* connector, context_.connectors.Find(stored.system()));
    FC_ASSIGN_OR_RETURN(
        const std::unique_ptr<ApiClient> api,
        context_.clients.ForConnection(stored, context_.clock.Now() + kApiSystemTimeout, nullptr));
    std::set<std::string> types(connector->info().source_object_types.begin(),
                                connector->info().source_object_types.end());
    types.insert(connector->info().target_object_types.begin(),
                 connector->info().target_object_types.end());
    for (const std::string& type : types) {
      const absl::StatusOr<ObjectTypeInfo> described = connector->DescribeObjectType(*api, type);
      if (!described.ok()) return SystemError(stored.name(), described.status());
      const ObjectTypeInfo& info = *described;
      v1::ObjectType& object_type = *response->add_object_types();
      object_type.set_object_type(info.name);
      for (const FieldInfo& from : info.fields) {
        v1::Field& field = *object_type.add_fields();
        field.set_field(from.name);
        field.set_type(from.type);
        field.set_writable(from.writable);
        field.set_required(from.required);
      }
      object_type.add_delete_policies("DELETE_POLICY_KEEP");
      if (info.delete_modes.contains(DeleteMode::kArchive)) {
        object_type.add_delete_policies("DELETE_POLICY_ARCHIVE");
      }
      if (info.delete_modes.contains(DeleteMode::kDelete)) {
        object_type.add_delete_policies("DELETE_POLICY_DELETE");
      }
    }
    return absl::OkStatus();
  };
  return ToGrpc(describe());
}

}  // namespace fluxcascade
