#include "common/crypto/digest.h"

#include <openssl/digest.h>
#include <openssl/hmac.h>
#include <openssl/mem.h>
#include <openssl/sha.h>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/check/check.h"

namespace fluxcascade {

Sha256Digest Sha256(absl::string_view data) { return Sha256({&data, 1}); }

Sha256Digest Sha256(absl::Span<const absl::string_view> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const absl::string_view part : parts) SHA256_Update(&context, part.data(), part.size());
  Sha256Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

Sha256Digest HmacSha256(absl::string_view key, absl::string_view data) {
  return HmacSha256(key, {&data, 1});
}

Sha256Digest HmacSha256(absl::string_view key, absl::Span<const absl::string_view> parts) {
  // BoringSSL takes a null key for "the key set before": an empty one needs an address.
  const void* key_data = key.empty() ? "" : key.data();
  bssl::ScopedHMAC_CTX context;
  FC_CHECK(HMAC_Init_ex(context.get(), key_data, key.size(), EVP_sha256(), nullptr) == 1);
  for (const absl::string_view part : parts) {
    FC_CHECK(HMAC_Update(context.get(), reinterpret_cast<const uint8_t*>(part.data()),
                         part.size()) == 1);
  }
  Sha256Digest digest;
  unsigned size = 0;
  FC_CHECK(HMAC_Final(context.get(), digest.data(), &size) == 1 && size == digest.size());
  return digest;
}

absl::string_view AsBytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool ConstantTimeEquals(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace fluxcascade
