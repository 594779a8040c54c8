#include "edge/verify/digest_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/status/status_macros.h"
#include "edge/verify/public_uri.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;

absl::Status CheckPart(const Part& part) {
  if (part.part() == Part::PART_UNSPECIFIED || !Part::Part_IsValid(part.part())) {
    return FieldError("part", "must be one of the named parts");
  }
  const bool is_uri = part.part() == Part::PART_PUBLIC_URI;
  const bool has_decoding = part.uri_decoding() != Part::URI_DECODING_UNSPECIFIED &&
                            Part::UriDecoding_IsValid(part.uri_decoding());
  if (is_uri && !has_decoding) {
    return FieldError("uri_decoding",
                      "must be URI_DECODING_NONE or URI_DECODING_RESERVED_CHARACTERS");
  }
  if (!is_uri && part.uri_decoding() != Part::URI_DECODING_UNSPECIFIED) {
    return FieldError("uri_decoding", "is for PART_PUBLIC_URI alone");
  }
  const bool is_literal = part.part() == Part::PART_LITERAL;
  if (is_literal != !part.literal().empty() ||
      part.literal().size() > DigestCheck::kMaxLiteralBytes) {
    return FieldError("literal", absl::StrCat("must be 1 to ", DigestCheck::kMaxLiteralBytes,
                                              " bytes for PART_LITERAL, and empty for the others"));
  }
  return absl::OkStatus();
}

absl::Status CheckPrefix(absl::string_view prefix) {
  if (prefix.size() > DigestCheck::kMaxPrefixLength ||
      !std::all_of(prefix.begin(), prefix.end(), absl::ascii_isgraph)) {
    return FieldError("prefix", absl::StrCat("must be at most ", DigestCheck::kMaxPrefixLength,
                                             " visible ASCII characters"));
  }
  return absl::OkStatus();
}

absl::Status CheckAlgorithmAndEncoding(const v1::DigestRecipe& recipe) {
  if (recipe.algorithm() != v1::DigestRecipe::ALGORITHM_HMAC_SHA256 &&
      recipe.algorithm() != v1::DigestRecipe::ALGORITHM_SHA256) {
    return FieldError("algorithm", "must be ALGORITHM_HMAC_SHA256 or ALGORITHM_SHA256");
  }
  if (recipe.encoding() != v1::DigestRecipe::ENCODING_HEX &&
      recipe.encoding() != v1::DigestRecipe::ENCODING_BASE64) {
    return FieldError("encoding", "must be ENCODING_HEX or ENCODING_BASE64");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DigestCheck> DigestCheck::Compile(const v1::DigestRecipe& recipe,
                                                 absl::string_view public_url) {
  FC_RETURN_IF_ERROR(CheckAlgorithmAndEncoding(recipe));
  FC_RETURN_IF_ERROR(CheckHeaderName("header", recipe.header()));
  FC_RETURN_IF_ERROR(CheckPrefix(recipe.prefix()));
  FC_RETURN_IF_ERROR(CheckSecrets("secrets", recipe.secrets()));

  DigestCheck check;
  check.algorithm_ = recipe.algorithm();
  check.encoding_ = recipe.encoding();
  check.public_url_ = std::string(public_url);
  check.header_ = recipe.header();
  check.prefix_ = recipe.prefix();
  check.parts_.assign(recipe.parts().begin(), recipe.parts().end());
  check.secrets_.assign(recipe.secrets().begin(), recipe.secrets().end());
  FC_RETURN_IF_ERROR(check.CheckParts(recipe.has_timestamp()));
  if (recipe.has_timestamp()) {
    absl::StatusOr<TimestampCheck> timestamp = TimestampCheck::Compile(recipe.timestamp());
    if (!timestamp.ok()) return InField("timestamp", timestamp.status());
    check.timestamp_ = *std::move(timestamp);
  }
  return check;
}

absl::Status DigestCheck::CheckParts(bool has_timestamp) const {
  if (parts_.empty() || parts_.size() > kMaxParts) {
    return FieldError("parts", absl::StrCat("must be 1 to ", kMaxParts, ", are ", parts_.size()));
  }
  for (size_t i = 0; i < parts_.size(); ++i) {
    const absl::Status status = CheckPart(parts_[i]);
    if (!status.ok()) return InField(absl::StrCat("parts[", i, "]"), status);
  }
  if (!HasPart(Part::PART_BODY)) {
    return FieldError("parts", "must hold PART_BODY: otherwise any body passes");
  }
  if (algorithm_ == v1::DigestRecipe::ALGORITHM_SHA256 && !HasPart(Part::PART_SECRET)) {
    return FieldError("parts", "must hold PART_SECRET for ALGORITHM_SHA256: it has no key");
  }
  if (HasPart(Part::PART_TIMESTAMP) && !has_timestamp) {
    return FieldError("timestamp", "is required with PART_TIMESTAMP");
  }
  if (!HasPart(Part::PART_TIMESTAMP) && has_timestamp) {
    return FieldError("timestamp", "needs PART_TIMESTAMP: an unsigned time protects nothing");
  }
  return absl::OkStatus();
}

bool DigestCheck::HasPart(v1::SignedPart::Part part) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [part](const Part& candidate) { return candidate.part() == part; });
}

Refusal DigestCheck::Check(const SignedRequest& request, absl::Time now) const {
  const HeaderLookup header = FindHeader(request.headers, header_);
  if (header.count == HeaderLookup::Count::kNone) {
    return v1::RejectedRequest::REASON_SIGNATURE_MISSING;
  }
  const std::optional<std::string> digest =
      header.count == HeaderLookup::Count::kOne ? Decode(header.value) : std::nullopt;
  if (!digest.has_value()) return v1::RejectedRequest::REASON_SIGNATURE_MALFORMED;

  TimestampCheck::Reading timestamp;
  if (timestamp_.has_value()) timestamp = timestamp_->Read(request);
  if (timestamp.refusal.has_value()) return timestamp.refusal;

  if (!MatchesAnySecret(request, timestamp.text, *digest)) {
    return v1::RejectedRequest::REASON_SIGNATURE_MISMATCH;
  }
  return timestamp_.has_value() ? timestamp_->CheckWindow(timestamp.time, now) : std::nullopt;
}

std::string DigestCheck::SignedString(const SignedRequest& request, absl::string_view timestamp,
                                      absl::string_view secret) const {
  std::string text;
  for (const Part& part : parts_) {
    switch (part.part()) {
      case Part::PART_METHOD:
        absl::StrAppend(&text, request.method);
        break;
      case Part::PART_PUBLIC_URI:
        absl::StrAppend(&text, PublicUri(public_url_, request.query, part.uri_decoding()));
        break;
      case Part::PART_BODY:
        absl::StrAppend(&text, request.body);
        break;
      case Part::PART_TIMESTAMP:
        absl::StrAppend(&text, timestamp);
        break;
      case Part::PART_SECRET:
        absl::StrAppend(&text, secret);
        break;
      case Part::PART_LITERAL:
        absl::StrAppend(&text, part.literal());
        break;
      default:
        break;  // CheckPart lets no other through.
    }
  }
  return text;
}

std::string DigestCheck::Signature(absl::string_view signed_string,
                                   absl::string_view secret) const {
  return absl::StrCat(prefix_, Encode(AsBytes(Digest(signed_string, secret))));
}

Sha256Digest DigestCheck::Digest(absl::string_view signed_string, absl::string_view secret) const {
  return algorithm_ == v1::DigestRecipe::ALGORITHM_HMAC_SHA256 ? HmacSha256(secret, signed_string)
                                                               : Sha256(signed_string);
}

std::string DigestCheck::Encode(absl::string_view digest) const {
  return encoding_ == v1::DigestRecipe::ENCODING_HEX ? HexEncode(digest) : Base64Encode(digest);
}

std::optional<std::string> DigestCheck::Decode(absl::string_view header_value) const {
  if (!absl::ConsumePrefix(&header_value, prefix_)) return std::nullopt;
  std::optional<std::string> digest = encoding_ == v1::DigestRecipe::ENCODING_HEX
                                          ? CanonicalHexDecode(header_value)
                                          : CanonicalBase64Decode(header_value);
  if (digest.has_value() && digest->size() != sizeof(Sha256Digest)) return std::nullopt;
  return digest;
}

bool DigestCheck::MatchesAnySecret(const SignedRequest& request, absl::string_view timestamp,
                                   absl::string_view digest) const {
  bool matches = false;
  for (const std::string& secret : secrets_) {
    const Sha256Digest expected = Digest(SignedString(request, timestamp, secret), secret);
    matches |= ConstantTimeEquals(AsBytes(expected), digest);
  }
  return matches;
}

}  // namespace fluxcascade::edge
