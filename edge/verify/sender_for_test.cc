#include "edge/verify/sender_for_test.h"

#include <openssl/curve25519.h>
#include <openssl/digest.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/check/check.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "edge/verify/public_uri.h"

namespace fluxcascade::edge {
namespace {

using Recipe = v1::DigestRecipe;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

template <size_t kSize>
std::string ToString(const std::array<uint8_t, kSize>& bytes) {
  return {bytes.begin(), bytes.end()};
}

struct KeyPair {
  explicit KeyPair(absl::string_view seed) {
    FC_CHECK(seed.size() == 32);
    ED25519_keypair_from_seed(public_key.data(), private_key.data(), Bytes(seed));
  }
  std::array<uint8_t, 32> public_key;
  std::array<uint8_t, 64> private_key;
};

std::string Ed25519(absl::string_view seed, absl::string_view message) {
  std::array<uint8_t, 64> signature;
  FC_CHECK(ED25519_sign(signature.data(), Bytes(message), message.size(),
                        KeyPair(seed).private_key.data()) == 1);
  return ToString(signature);
}

std::string Hmac(const EVP_MD* hash, absl::string_view key, absl::string_view message) {
  std::array<uint8_t, 64> code;
  unsigned size = 0;
  FC_CHECK(HMAC(hash, key.data(), key.size(), Bytes(message), message.size(), code.data(), &size) !=
           nullptr);
  return ToString(code).substr(0, size);
}

}  // namespace

std::string Ed25519PublicKey(absl::string_view seed) { return ToString(KeyPair(seed).public_key); }

std::string SenderForTest::Part(const v1::SignedPart& part, const SignedRequest& request,
                                absl::string_view timestamp, absl::string_view secret) const {
  switch (part.part()) {
    case v1::SignedPart::PART_METHOD:
      return std::string(request.method);
    case v1::SignedPart::PART_PUBLIC_URI:
      return PublicUri(public_url_, request.query, part.uri_decoding());
    case v1::SignedPart::PART_BODY:
      return std::string(request.body);
    case v1::SignedPart::PART_TIMESTAMP:
      return std::string(timestamp);
    case v1::SignedPart::PART_SECRET:
      return std::string(secret);
    case v1::SignedPart::PART_HEADER:
      return std::string(FindHeader(request.headers, part.header()).value);
    default:
      return part.literal();
  }
}

std::string SenderForTest::SignedString(const SignedRequest& request, absl::string_view timestamp,
                                        absl::string_view secret) const {
  std::string text;
  for (const v1::SignedPart& part : recipe_.parts()) {
    text += Part(part, request, timestamp, secret);
  }
  return text;
}

std::string SenderForTest::Digest(absl::string_view signed_string, absl::string_view secret) const {
  switch (recipe_.algorithm()) {
    case Recipe::ALGORITHM_HMAC_SHA1:
      return Hmac(EVP_sha1(), secret, signed_string);
    case Recipe::ALGORITHM_HMAC_SHA256:
      return Hmac(EVP_sha256(), secret, signed_string);
    case Recipe::ALGORITHM_HMAC_SHA512:
      return Hmac(EVP_sha512(), secret, signed_string);
    case Recipe::ALGORITHM_ED25519:
      return Ed25519(secret, signed_string);
    default:
      return ToString(Sha256(signed_string));
  }
}

std::string SenderForTest::Signature(absl::string_view signed_string,
                                     absl::string_view secret) const {
  const std::string digest = Digest(signed_string, secret);
  return absl::StrCat(recipe_.prefix(), recipe_.encoding() == Recipe::ENCODING_HEX
                                            ? HexEncode(digest)
                                            : Base64Encode(digest));
}

std::string SenderForTest::HeaderValue(const SignedRequest& request, absl::string_view timestamp,
                                       const std::vector<std::string>& secrets) const {
  std::vector<std::string> items;
  if (!recipe_.timestamp().item_prefix().empty()) {
    items.push_back(absl::StrCat(recipe_.timestamp().item_prefix(), timestamp));
  }
  for (const std::string& secret : secrets) {
    items.push_back(Signature(SignedString(request, timestamp, secret), secret));
  }
  return absl::StrJoin(items, recipe_.separator());
}

}  // namespace fluxcascade::edge
