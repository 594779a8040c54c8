#include "edge/verify/signing_secret.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/crypto/digest.h"
#include "common/crypto/ed25519.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

using Recipe = v1::DigestRecipe;

// Nothing for the algorithms without a key.
std::optional<HmacHash> HashOf(Recipe::Algorithm algorithm) {
  switch (algorithm) {
    case Recipe::ALGORITHM_HMAC_SHA1:
      return HmacHash::kSha1;
    case Recipe::ALGORITHM_HMAC_SHA256:
      return HmacHash::kSha256;
    case Recipe::ALGORITHM_HMAC_SHA512:
      return HmacHash::kSha512;
    default:
      return std::nullopt;
  }
}

bool IsAnyOf(absl::string_view expected, const Signatures& signatures) {
  bool is_any = false;
  for (const std::string& signature : signatures) {
    is_any |= ConstantTimeEquals(expected, signature);
  }
  return is_any;
}

bool VerifiesAnyOf(const Signatures& signatures, absl::string_view public_key,
                   absl::Span<const absl::string_view> pieces) {
  FC_CHECK(pieces.size() == 1);
  return std::any_of(signatures.begin(), signatures.end(), [&](absl::string_view signature) {
    return Ed25519Verify(public_key, pieces[0], signature);
  });
}

}  // namespace

absl::StatusOr<size_t> SignatureBytes(Recipe::Algorithm algorithm) {
  const std::optional<HmacHash> hash = HashOf(algorithm);
  if (hash.has_value()) return HmacBytes(*hash);
  if (algorithm == Recipe::ALGORITHM_SHA256) return sizeof(Sha256Digest);
  if (algorithm == Recipe::ALGORITHM_ED25519) return kEd25519SignatureBytes;
  return FieldError("algorithm",
                    "must be ALGORITHM_HMAC_SHA256, ALGORITHM_SHA256, ALGORITHM_HMAC_SHA1, "
                    "ALGORITHM_HMAC_SHA512 or ALGORITHM_ED25519");
}

SigningSecret::SigningSecret(Recipe::Algorithm algorithm, const v1::Secret& secret)
    : algorithm_(algorithm), value_(secret.value()), not_after_(NotAfter(secret)) {
  const std::optional<HmacHash> hash = HashOf(algorithm);
  if (hash.has_value()) hmac_.emplace(*hash, value_);
}

absl::StatusOr<SigningSecret> SigningSecret::Compile(Recipe::Algorithm algorithm,
                                                     const v1::Secret& secret) {
  if (algorithm == Recipe::ALGORITHM_ED25519 && secret.value().size() != kEd25519PublicKeyBytes) {
    return FieldError("value", absl::StrCat("must be a public key of ", kEd25519PublicKeyBytes,
                                            " bytes for ALGORITHM_ED25519"));
  }
  return SigningSecret(algorithm, secret);
}

bool SigningSecret::MadeAnyOf(const Signatures& signatures, SignedPieces& pieces) const {
  const absl::Span<const absl::string_view> signed_pieces = pieces.With(value_);
  if (hmac_.has_value()) return IsAnyOf(hmac_->Sign(signed_pieces).bytes(), signatures);
  if (algorithm_ == Recipe::ALGORITHM_ED25519) {
    return VerifiesAnyOf(signatures, value_, signed_pieces);
  }
  return IsAnyOf(AsBytes(Sha256(signed_pieces)), signatures);
}

}  // namespace fluxcascade::edge
