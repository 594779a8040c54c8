// JSON that comes from outside: bounded, and without exceptions.
#ifndef FLUXCASCADE_COMMON_JSON_JSON_TEXT_H_
#define FLUXCASCADE_COMMON_JSON_JSON_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {

// Arrays and objects within each other. What walks a value may recurse: this bounds its stack.
inline constexpr int kMaxJsonDepth = 64;

// kInvalidArgument, with the offset in bytes, for what is not JSON, not UTF-8, or nested deeper
// than kMaxJsonDepth. Of equal keys in an object the last one counts.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text);

// Compact. Bytes that are not UTF-8 become U+FFFD.
std::string JsonText(const nlohmann::json& value);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_JSON_JSON_TEXT_H_
