// Bytes from outside as text that can be shown.
#ifndef FLUXCASCADE_COMMON_TEXT_UTF8_H_
#define FLUXCASCADE_COMMON_TEXT_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade {

// At most the first `max_bytes` of `bytes`, cut between characters; what is not UTF-8 becomes
// U+FFFD, so that it may stand in a protobuf string.
std::string Utf8Preview(absl::string_view bytes, size_t max_bytes);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TEXT_UTF8_H_
