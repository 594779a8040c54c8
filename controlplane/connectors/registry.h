// Every connector there is, in a table that a person can read.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_REGISTRY_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"

namespace fluxcascade {

// Immutable once made; thread-safe.
class ConnectorRegistry {
 public:
  explicit ConnectorRegistry(std::vector<std::unique_ptr<Connector>> connectors);

  // kInvalidArgument, listing the systems there are, for one that is not among them.
  absl::StatusOr<const Connector*> Find(absl::string_view system) const;

  std::vector<std::string> systems() const;

 private:
  std::vector<std::unique_ptr<Connector>> connectors_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_REGISTRY_H_
