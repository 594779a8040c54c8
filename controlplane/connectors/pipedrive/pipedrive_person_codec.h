// Pipedrive's persons ↔ records. Pure.
//
// Mapped fields are Pipedrive's own names, except that `email` and `phone` stand for the primary
// entry of the lists `emails` and `phones`. Custom fields go by their 40-character hash.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_CODEC_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_CODEC_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// Pipedrive's `field_type` of custom fields, by hash.
using PipedriveFieldTypes = std::map<std::string, std::string, std::less<>>;

bool IsCustomField(absl::string_view name);

// `person` as in answers of /api/v2/persons. kUnavailable when it has no id.
absl::StatusOr<Record> ParsePerson(const nlohmann::json& person,
                                   const std::set<std::string>& fields);

// Whether some value can only be written rightly when the custom fields' types are known: systems
// that keep all values as text give numbers as text, which Pipedrive refuses.
bool NeedsFieldTypes(const FieldMap& fields);

// The body of a create (`current` null) or of an update of `current`. kInvalidArgument, naming the
// field, for one that cannot be written, and for a value it cannot take.
absl::StatusOr<nlohmann::json> PersonBody(const FieldMap& fields, const nlohmann::json& current,
                                          const PipedriveFieldTypes& types);

// `list` with `wanted` as its primary entry; all other entries stay. An entry that holds the value
// already becomes the primary one; else the primary entry takes the value.
//
// An empty value clears the list: were the other entries left, one of them would become the primary
// one, the next sync would take it for what is to be cleared, and so on to the last.
nlohmann::json WithPrimary(nlohmann::json list, const nlohmann::json& wanted);

// Whether the person has the value in that field; in a list, any entry counts.
bool PersonHolds(const nlohmann::json& person, absl::string_view field,
                 const nlohmann::json& value);

bool SamePersonValue(absl::string_view field, const nlohmann::json& wanted,
                     const nlohmann::json& current);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_PIPEDRIVE_PIPEDRIVE_PERSON_CODEC_H_
