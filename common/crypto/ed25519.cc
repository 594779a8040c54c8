#include "common/crypto/ed25519.h"

#include <openssl/curve25519.h>

#include <cstdint>

namespace fluxcascade {
namespace {

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

bool Ed25519Verify(absl::string_view public_key, absl::string_view message,
                   absl::string_view signature) {
  return public_key.size() == kEd25519PublicKeyBytes &&
         signature.size() == kEd25519SignatureBytes &&
         ED25519_verify(Bytes(message), message.size(), Bytes(signature), Bytes(public_key)) == 1;
}

}  // namespace fluxcascade
