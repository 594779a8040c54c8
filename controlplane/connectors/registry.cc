#include "controlplane/connectors/registry.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxcascade {

ConnectorRegistry::ConnectorRegistry(std::vector<std::unique_ptr<Connector>> connectors)
    : connectors_(std::move(connectors)) {}

absl::StatusOr<const Connector*> ConnectorRegistry::Find(absl::string_view system) const {
  for (const auto& connector : connectors_) {
    if (connector->info().system == system) return connector.get();
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no system '", system,
                                                 "'; there are: ", absl::StrJoin(systems(), ", ")));
}

std::vector<std::string> ConnectorRegistry::systems() const {
  std::vector<std::string> systems;
  for (const auto& connector : connectors_) systems.push_back(connector->info().system);
  return systems;
}

}  // namespace fluxcascade
