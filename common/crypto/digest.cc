#include "common/crypto/digest.h"

#include <openssl/mem.h>
#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/check/check.h"
#include "common/crypto/hmac.h"

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
  const HmacCode code = HmacKey(HmacHash::kSha256, key).Sign(parts);
  Sha256Digest digest;
  FC_CHECK(code.bytes().size() == digest.size());
  std::copy(code.bytes().begin(), code.bytes().end(), digest.begin());
  return digest;
}

absl::string_view AsBytes(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool ConstantTimeEquals(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace fluxcascade
