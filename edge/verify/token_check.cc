#include "edge/verify/token_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

// Unlike a digest's, a token's prefix may hold spaces; the value of a header begins with none.
absl::Status CheckTokenPrefix(absl::string_view prefix) {
  if (prefix.size() > kMaxPrefixLength || absl::StartsWith(prefix, " ") ||
      !std::all_of(prefix.begin(), prefix.end(), absl::ascii_isprint)) {
    return FieldError("prefix",
                      absl::StrCat("must be at most ", kMaxPrefixLength,
                                   " printable ASCII characters that do not begin with a space"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TokenCheck> TokenCheck::Compile(const v1::TokenRecipe& recipe) {
  FC_RETURN_IF_ERROR(CheckHeaderName("header", recipe.header()));
  FC_RETURN_IF_ERROR(CheckTokenPrefix(recipe.prefix()));
  FC_ASSIGN_OR_RETURN(CredentialList tokens, CredentialList::Compile("tokens", recipe.tokens()));
  return TokenCheck(recipe, std::move(tokens));
}

Refusal TokenCheck::Check(const SignedRequest& request, absl::Time now) const {
  const ShownCredential shown = FindCredential(request, header_, prefix_);
  return shown.refusal.has_value() ? shown.refusal : tokens_.Check(shown.text, now);
}

}  // namespace fluxcascade::edge
