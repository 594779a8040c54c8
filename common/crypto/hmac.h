// HMAC (RFC 2104) with a key that is set up once, over BoringSSL. Codes are raw bytes.
#ifndef FLUXCASCADE_COMMON_CRYPTO_HMAC_H_
#define FLUXCASCADE_COMMON_CRYPTO_HMAC_H_

#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fluxcascade {

enum class HmacHash { kSha1, kSha256, kSha512 };

// How long the hash's codes are: 20, 32 or 64.
size_t HmacBytes(HmacHash hash);

class HmacCode {
 public:
  absl::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }

 private:
  friend class HmacKey;

  std::array<uint8_t, 64> bytes_;
  unsigned size_ = 0;
};

// Immutable, and so thread-safe. An empty key is a key.
class HmacKey {
 public:
  HmacKey(HmacHash hash, absl::string_view key);

  // Of the concatenation of `parts`.
  HmacCode Sign(absl::Span<const absl::string_view> parts) const;

 private:
  // With the key's blocks hashed already: they cost as much as a short message.
  bssl::UniquePtr<HMAC_CTX> keyed_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_CRYPTO_HMAC_H_
