#include "controlplane/api/mapping_system_check.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "controlplane/api/requests.h"
#include "controlplane/mapping/check.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using store::v1::Connection;

absl::StatusOr<Connection> SideConnection(Transaction& tx, absl::string_view mapping,
                                          absl::string_view field, const store::v1::Side& side) {
  const std::string connection_field = absl::StrCat(field, ".connection");
  FC_RETURN_IF_ERROR(CheckName(connection_field, side.connection(), "workspaces/*/connections/*"));
  FC_RETURN_IF_ERROR(CheckWithin(connection_field, side.connection(), WorkspaceOf(mapping)));
  FC_RETURN_IF_ERROR(CheckText(absl::StrCat(field, ".object_type"), side.object_type(), 100, true));
  return tx.connections().Get(side.connection());
}

absl::Status CheckObjectType(absl::string_view field, const ConnectorInfo& info,
                             const std::vector<std::string>& types, absl::string_view given) {
  if (std::find(types.begin(), types.end(), given) != types.end()) return absl::OkStatus();
  if (types.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".connection: ", info.title, " cannot be on this side of a mapping"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(field, ".object_type: ", info.title, " has no \"", given,
                   "\" that can be synced; it has: ", absl::StrJoin(types, ", ")));
}

// What the system says of the side's object type: its fields are asked of the system itself, since
// users add their own. `types` are those of the connector that can be on this side.
absl::StatusOr<ObjectTypeInfo> Describe(const ApiContext& context, absl::string_view field,
                                        const Connection& connection, absl::string_view object_type,
                                        std::vector<std::string> ConnectorInfo::*types) {
  FC_ASSIGN_OR_RETURN(const Connector* connector, context.connectors.Find(connection.system()));
  const ConnectorInfo& known = connector->info();
  FC_RETURN_IF_ERROR(CheckObjectType(field, known, known.*types, object_type));
  FC_ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiClient> api,
      context.clients.ForConnection(connection, context.clock.Now() + kApiSystemTimeout, nullptr));
  absl::StatusOr<ObjectTypeInfo> info = connector->DescribeObjectType(*api, object_type);
  if (info.ok()) return info;
  return SystemError(absl::StrCat(field, ": ", connection.name()), info.status());
}

}  // namespace

absl::Status CheckAgainstSystems(const ApiContext& context, const store::v1::Mapping& mapping) {
  Connection source;
  Connection target;
  FC_RETURN_IF_ERROR(context.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(source,
                        SideConnection(tx, mapping.name(), "mapping.source", mapping.source()));
    FC_ASSIGN_OR_RETURN(target,
                        SideConnection(tx, mapping.name(), "mapping.target", mapping.target()));
    return absl::OkStatus();
  }));
  FC_ASSIGN_OR_RETURN(const ObjectTypeInfo source_type,
                      Describe(context, "mapping.source", source, mapping.source().object_type(),
                               &ConnectorInfo::source_object_types));
  FC_ASSIGN_OR_RETURN(const ObjectTypeInfo target_type,
                      Describe(context, "mapping.target", target, mapping.target().object_type(),
                               &ConnectorInfo::target_object_types));
  return CheckMapping(mapping, source_type, target_type);
}

}  // namespace fluxcascade
