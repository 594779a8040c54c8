// HubSpot's records and properties ↔ ours. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_RECORDS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_RECORDS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controlplane/connectors/connector.h"
#include "controlplane/connectors/hubspot/hubspot_object_types.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// `object` as in answers of /crm/v3/objects. Values are strings or null: HubSpot types none of
// them. kUnavailable when it has no id.
absl::StatusOr<Record> ParseHubSpotRecord(const HubSpotObjectType& type,
                                          const nlohmann::json& object,
                                          const std::set<std::string>& fields);

// `results` of an answer that has many.
absl::StatusOr<std::vector<Record>> ParseHubSpotRecords(const HubSpotObjectType& type,
                                                        const nlohmann::json& answer,
                                                        const std::set<std::string>& fields);

// `{"properties":{…}}`. Null is written as the empty string, which clears a property; of an array
// the items are joined by `;`, as HubSpot's multiple checkboxes have it.
nlohmann::json HubSpotProperties(const FieldMap& fields);

// Properties to ask for: `fields` and those that make the display name. Sorted.
std::vector<std::string> HubSpotPropertiesToRead(const HubSpotObjectType& type,
                                                 const std::set<std::string>& fields);

// From an answer of /crm/v3/properties/{path}. Hidden and archived properties are left out.
ObjectTypeInfo ParseHubSpotProperties(const HubSpotObjectType& type, const nlohmann::json& answer);

// Compares text forms, without white space at the ends, e-mail addresses without case. Numbers that
// are wanted as numbers are compared as such: HubSpot writes 5.0 as "5".
bool SameHubSpotValue(absl::string_view field, const nlohmann::json& wanted,
                      const nlohmann::json& current);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_HUBSPOT_HUBSPOT_RECORDS_H_
