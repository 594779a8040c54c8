// HubSpot's object types that mappings can use: a table, so that one more is one more line.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECT_TYPES_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECT_TYPES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

struct HubSpotObjectType {
  std::string name;     // as mappings and `contact.creation` name it
  std::string path;     // as URLs name it
  std::string type_id;  // as `object.creation` names it
  // Properties that make a name a person knows the record by.
  std::vector<std::string> name_properties;
};

const std::vector<HubSpotObjectType>& HubSpotObjectTypes();

// kInvalidArgument, listing the types there are.
absl::StatusOr<const HubSpotObjectType*> FindHubSpotObjectType(absl::string_view name);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_OBJECT_TYPES_H_
