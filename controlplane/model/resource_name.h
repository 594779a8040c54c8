// Names of resources: collections and ids in turn, `workspaces/default/apps/crm/subscriptions/s1`.
#ifndef FLUXCASCADE_CONTROLPLANE_MODEL_RESOURCE_NAME_H_
#define FLUXCASCADE_CONTROLPLANE_MODEL_RESOURCE_NAME_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr char kDefaultWorkspace[] = "workspaces/default";

// Checks `name` against a pattern such as `workspaces/*/apps/*`, where each `*` is an id.
// kInvalidArgument, naming `field`, what was given and what is expected.
absl::Status CheckName(absl::string_view field, absl::string_view name, absl::string_view pattern);

// `edgeNodes/{edge_node}`, whose id is the DNS name of the node's certificate, in lower case.
// Errors as CheckName's.
absl::Status CheckEdgeNodeName(absl::string_view field, absl::string_view name);

// `<parent>/<collection>/<id>`; an empty parent leaves `<collection>/<id>`.
std::string JoinName(absl::string_view parent, absl::string_view collection, absl::string_view id);

// The last part.
absl::string_view IdOf(absl::string_view name);
// Without the last collection and id; empty for `edgeGroups/main`.
absl::string_view ParentOf(absl::string_view name);
// The first two parts: `workspaces/default`.
absl::string_view WorkspaceOf(absl::string_view name);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MODEL_RESOURCE_NAME_H_
