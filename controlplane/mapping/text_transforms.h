// What transforms do to text. Characters are Unicode code points in UTF-8; bytes that are not UTF-8
// count as a character each and stay as they are. Pure.
#ifndef FLUXCASCADE_CONTROLPLANE_MAPPING_TEXT_TRANSFORMS_H_
#define FLUXCASCADE_CONTROLPLANE_MAPPING_TEXT_TRANSFORMS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade {

// Without Unicode's white space at both ends, no-break spaces included.
std::string TrimWhiteSpace(absl::string_view text);

// Character by character, by Unicode's simple mappings: `ß` has no upper case among them.
std::string ToLowerCase(absl::string_view text);
std::string ToUpperCase(absl::string_view text);

// At most the first `count` characters.
std::string Truncate(absl::string_view text, int count);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_MAPPING_TEXT_TRANSFORMS_H_
