// Text forms of bytes.
#ifndef FLUXCASCADE_COMMON_CRYPTO_ENCODING_H_
#define FLUXCASCADE_COMMON_CRYPTO_ENCODING_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fluxcascade {

// Lower case.
std::string HexEncode(absl::string_view bytes);
// Nothing unless `text` is exactly what HexEncode would give: upper case is refused.
std::optional<std::string> CanonicalHexDecode(absl::string_view text);

// RFC 4648 section 4, padded.
std::string Base64Encode(absl::string_view bytes);
// Nothing unless `text` is exactly what Base64Encode would give: no white space, full padding, zero
// trailing bits.
std::optional<std::string> CanonicalBase64Decode(absl::string_view text);

// RFC 4648 section 5, without padding.
std::string Base64UrlEncode(absl::string_view bytes);
std::optional<std::string> CanonicalBase64UrlDecode(absl::string_view text);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRYPTO_ENCODING_H_
