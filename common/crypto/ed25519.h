// Ed25519 signatures (RFC 8032), over BoringSSL. Keys and signatures are raw bytes.
#ifndef FLUXCASCADE_COMMON_CRYPTO_ED25519_H_
#define FLUXCASCADE_COMMON_CRYPTO_ED25519_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr size_t kEd25519PublicKeyBytes = 32;
inline constexpr size_t kEd25519SignatureBytes = 64;

// Whether `signature` is that of `message` under `public_key`. False for one of another length, and
// for the second spelling that each signature would have if its scalar need not be reduced.
// Not in constant time: none of the three is secret.
bool Ed25519Verify(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRYPTO_ED25519_H_
