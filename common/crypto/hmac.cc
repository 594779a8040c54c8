#include "common/crypto/hmac.h"

#include <openssl/digest.h>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

const EVP_MD* HashFunction(HmacHash hash) {
  switch (hash) {
    case HmacHash::kSha1:
      return EVP_sha1();
    case HmacHash::kSha256:
      return EVP_sha256();
    case HmacHash::kSha512:
      break;
  }
  return EVP_sha512();
}

}  // namespace

size_t HmacBytes(HmacHash hash) { return EVP_MD_size(HashFunction(hash)); }

HmacKey::HmacKey(HmacHash hash, absl::string_view key) : keyed_(HMAC_CTX_new()) {
  // BoringSSL takes a null key for "the key set before": an empty one needs an address.
  const void* data = key.empty() ? "" : key.data();
  FC_CHECK(keyed_ != nullptr);
  FC_CHECK(HMAC_Init_ex(keyed_.get(), data, key.size(), HashFunction(hash), nullptr) == 1);
}

HmacCode HmacKey::Sign(absl::Span<const absl::string_view> parts) const {
  bssl::ScopedHMAC_CTX context;
  FC_CHECK(HMAC_CTX_copy_ex(context.get(), keyed_.get()) == 1);
  for (const absl::string_view part : parts) {
    FC_CHECK(HMAC_Update(context.get(), reinterpret_cast<const uint8_t*>(part.data()),
                         part.size()) == 1);
  }
  HmacCode code;
  FC_CHECK(HMAC_Final(context.get(), code.bytes_.data(), &code.size_) == 1);
  return code;
}

}  // namespace fluxcascade
