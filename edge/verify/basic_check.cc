#include "edge/verify/basic_check.h"

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

constexpr absl::string_view kHeader = "authorization";
constexpr absl::string_view kScheme = "Basic ";

// `user:password`, if `value` has that form. The scheme's name has no case (RFC 9110 11.1).
std::optional<std::string> DecodeCredentials(absl::string_view value) {
  if (!absl::StartsWithIgnoreCase(value, kScheme)) return std::nullopt;
  return CanonicalBase64Decode(value.substr(kScheme.size()));
}

}  // namespace

absl::StatusOr<BasicCheck> BasicCheck::Compile(const v1::BasicRecipe& recipe) {
  FC_RETURN_IF_ERROR(CheckSecrets("credentials", recipe.credentials()));
  BasicCheck check;
  for (int i = 0; i < recipe.credentials_size(); ++i) {
    if (!absl::StrContains(recipe.credentials(i), ':')) {
      return FieldError(absl::StrCat("credentials[", i, "]"), "must be `user:password`");
    }
    check.credentials_.push_back(Sha256(recipe.credentials(i)));
  }
  return check;
}

Refusal BasicCheck::Check(const SignedRequest& request) const {
  const HeaderLookup header = FindHeader(request.headers, kHeader);
  if (header.count == HeaderLookup::Count::kNone) {
    return v1::RejectedRequest::REASON_CREDENTIALS_MISSING;
  }
  const std::optional<std::string> given =
      header.count == HeaderLookup::Count::kOne ? DecodeCredentials(header.value) : std::nullopt;
  if (!given.has_value()) return v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH;

  const Sha256Digest digest = Sha256(*given);
  bool matches = false;
  for (const Sha256Digest& known : credentials_) {
    matches |= ConstantTimeEquals(AsBytes(known), AsBytes(digest));
  }
  if (!matches) return v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH;
  return std::nullopt;
}

}  // namespace fluxcascade::edge
