#include "controlplane/connectors/hubspot/hubspot_object_types.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxcascade {

const std::vector<HubSpotObjectType>& HubSpotObjectTypes() {
  static const auto* const kTypes = new std::vector<HubSpotObjectType>{
      {"contact", "contacts", "0-1", {"email", "firstname", "lastname"}},
  };
  return *kTypes;
}

absl::StatusOr<const HubSpotObjectType*> FindHubSpotObjectType(absl::string_view name) {
  for (const HubSpotObjectType& type : HubSpotObjectTypes()) {
    if (type.name == name) return &type;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "HubSpot has no object type '", name, "' that can be synced; there are: ",
      absl::StrJoin(HubSpotObjectTypes(), ", ",
                    [](std::string* out, const auto& type) { out->append(type.name); })));
}

}  // namespace fluxcascade
