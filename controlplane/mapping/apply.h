// From a source record's fields to what the target record's fields shall be. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_MAPPING_APPLY_H_
#define FLUXCASCADE_CONTROLPLANE_MAPPING_APPLY_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "controlplane/connectors/connector.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// One value for each mapped target field; null where the source has nothing (null, an empty text,
// an empty array), which clears the target's field. The mapping has passed CheckMapping.
FieldMap ApplyMapping(const store::v1::Mapping& mapping, const FieldMap& source);

// (field, wanted, current) → whether the target already holds it.
using SameValue = std::function<bool(absl::string_view field, const nlohmann::json& wanted,
                                     const nlohmann::json& current)>;

// The part of `wanted` that differs from `current`.
FieldMap Difference(const FieldMap& wanted, const FieldMap& current, const SameValue& same_value);

// The canonical text of the match field's value, for links and lanes: trimmed, ASCII letters in
// lower case. Empty when there is no such field or it has no value.
std::string MatchValue(const FieldMap& wanted, absl::string_view match_field);

// SHA-256, 32 bytes, over names and values in order.
std::string WrittenHash(const FieldMap& wanted);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MAPPING_APPLY_H_
