// A header that holds a secret and nothing else.
#ifndef FLUXCASCADE_EDGE_VERIFY_TOKEN_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_TOKEN_CHECK_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "edge/verify/credential_list.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class TokenCheck {
 public:
  // kInvalidArgument begins with the field, and says what it may be.
  static absl::StatusOr<TokenCheck> Compile(const v1::TokenRecipe& recipe);

  // MISSING without the header; MISMATCH for several, another prefix and an unknown token;
  // SECRET_EXPIRED for one past its end.
  Refusal Check(const SignedRequest& request, absl::Time now) const;

 private:
  TokenCheck(const v1::TokenRecipe& recipe, CredentialList tokens)
      : header_(recipe.header()), prefix_(recipe.prefix()), tokens_(std::move(tokens)) {}

  std::string header_;
  std::string prefix_;
  CredentialList tokens_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_TOKEN_CHECK_H_
