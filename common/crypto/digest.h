// Digests, over BoringSSL. Results are raw bytes.
#ifndef FLUXCASCADE_COMMON_CRYPTO_DIGEST_H_
#define FLUXCASCADE_COMMON_CRYPTO_DIGEST_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fluxcascade {

using Sha256Digest = std::array<uint8_t, 32>;

Sha256Digest Sha256(absl::string_view data);
// Of the concatenation of `parts`.
Sha256Digest Sha256(absl::Span<const absl::string_view> parts);

Sha256Digest HmacSha256(absl::string_view key, absl::string_view data);
Sha256Digest HmacSha256(absl::string_view key, absl::Span<const absl::string_view> parts);

absl::string_view AsBytes(const Sha256Digest& digest);

// Equal, in a time that depends on the lengths alone. Different lengths are different.
bool ConstantTimeEquals(absl::string_view a, absl::string_view b);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRYPTO_DIGEST_H_
