#include "edge/verify/basic_check.h"

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {

absl::StatusOr<BasicCheck> BasicCheck::Compile(const v1::BasicRecipe& recipe) {
  FC_ASSIGN_OR_RETURN(CredentialList credentials,
                      CredentialList::Compile("credentials", recipe.credentials()));
  for (int i = 0; i < recipe.credentials_size(); ++i) {
    if (!absl::StrContains(recipe.credentials(i).value(), ':')) {
      return FieldError(absl::StrCat("credentials[", i, "].value"), "must be `user:password`");
    }
  }
  return BasicCheck(std::move(credentials));
}

Refusal BasicCheck::Check(const SignedRequest& request, absl::Time now) const {
  const ShownCredential shown = FindCredential(request, "authorization", "Basic ");
  if (shown.refusal.has_value()) return shown.refusal;
  const std::optional<std::string> pair = CanonicalBase64Decode(shown.text);
  if (!pair.has_value()) return v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH;
  return credentials_.Check(*pair, now);
}

}  // namespace fluxcascade::edge
