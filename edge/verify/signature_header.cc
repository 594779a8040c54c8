#include "edge/verify/signature_header.h"

#include <optional>
#include <utility>

#include "absl/strings/strip.h"
#include "common/crypto/encoding.h"
#include "common/status/status_macros.h"
#include "edge/verify/header_items.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_SIGNATURE_MISSING;
constexpr RejectionReason kMalformed = v1::RejectedRequest::REASON_SIGNATURE_MALFORMED;

}  // namespace

absl::StatusOr<SignatureHeader> SignatureHeader::Compile(const v1::DigestRecipe& recipe,
                                                         size_t signature_bytes) {
  if (recipe.encoding() != v1::DigestRecipe::ENCODING_HEX &&
      recipe.encoding() != v1::DigestRecipe::ENCODING_BASE64) {
    return FieldError("encoding", "must be ENCODING_HEX or ENCODING_BASE64");
  }
  FC_RETURN_IF_ERROR(CheckHeaderName("header", recipe.header()));
  FC_RETURN_IF_ERROR(CheckSeparator("separator", recipe.separator()));
  FC_RETURN_IF_ERROR(CheckPrefix("prefix", recipe.prefix(), recipe.separator()));
  return SignatureHeader(recipe, signature_bytes);
}

SignatureHeader::Reading SignatureHeader::Read(const SignedRequest& request) const {
  const HeaderLookup header = FindHeader(request.headers, header_);
  switch (header.count) {
    case HeaderLookup::Count::kNone:
      return {.refusal = kMissing};
    case HeaderLookup::Count::kSeveral:
      return {.refusal = kMalformed};
    case HeaderLookup::Count::kOne:
      break;
  }
  return ReadValue(header.value);
}

SignatureHeader::Reading SignatureHeader::ReadValue(absl::string_view value) const {
  Reading reading;
  int count = 0;
  for (absl::string_view item : SplitItems(value, separator_)) {
    if (!absl::ConsumePrefix(&item, prefix_)) continue;
    if (++count > kMaxSignatures) return {.refusal = kMalformed};
    Decode(item, reading.signatures);
  }
  if (!reading.signatures.empty()) return reading;
  // A list may be meant for another recipe; a value of its own is not.
  return {.refusal = count == 0 && !separator_.empty() ? kMissing : kMalformed};
}

void SignatureHeader::Decode(absl::string_view text, Signatures& signatures) const {
  std::optional<std::string> bytes = encoding_ == v1::DigestRecipe::ENCODING_HEX
                                         ? CanonicalHexDecode(text)
                                         : CanonicalBase64Decode(text);
  if (bytes.has_value() && bytes->size() == signature_bytes_) {
    signatures.push_back(*std::move(bytes));
  }
}

}  // namespace fluxcascade::edge
