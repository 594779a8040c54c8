// Reading JSON whose shape is promised by somebody else: what is missing or of another type is an
// empty value, never an exception.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_JSON_FIELDS_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_JSON_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// The member of that name; JSON null when there is none, or `object` is no object.
const nlohmann::json& MemberOf(const nlohmann::json& object, absl::string_view name);

// The member as text when it is a string; else empty.
std::string StringMember(const nlohmann::json& object, absl::string_view name);

bool BoolMember(const nlohmann::json& object, absl::string_view name);

std::optional<int64_t> IntMember(const nlohmann::json& object, absl::string_view name);

// Ids come as integers of up to 64 bits or as strings. Empty for 0, negative numbers and all else.
std::string IdText(const nlohmann::json& value);
std::string IdMember(const nlohmann::json& object, absl::string_view name);

// Whole text forms: null is empty, strings as they are, numbers and booleans as JSON writes them,
// the items of an array joined by `separator`, of an object its `value` member.
std::string ScalarText(const nlohmann::json& value, absl::string_view separator = ";");

// RFC 3339; InfinitePast for what is not.
absl::Time TimeMember(const nlohmann::json& object, absl::string_view name);

// Null, "", [] and {}.
bool IsEmptyValue(const nlohmann::json& value);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_JSON_FIELDS_H_
