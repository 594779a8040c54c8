// All recipes of a hook together: whether a request is accepted.
#ifndef FLUXCASCADE_EDGE_VERIFY_HOOK_VERIFIER_H_
#define FLUXCASCADE_EDGE_VERIFY_HOOK_VERIFIER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "edge/verify/recipe.h"
#include "edge/verify/signed_id.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

struct VerifyResult {
  bool accepted = false;
  // If accepted: labels of the recipes that verified.
  std::vector<std::string> verified_by = {};
  // And what they say must not be taken twice. Valid as long as the request and the verifier are.
  std::vector<SignedId> ids = {};
  // Otherwise: which recipe refused it, and why.
  std::string refused_by = {};
  RejectionReason reason = v1::RejectedRequest::REASON_UNSPECIFIED;
};

// Immutable.
class HookVerifier {
 public:
  static constexpr int kMaxRecipes = 8;  // required and any_of together

  // kInvalidArgument begins with the field, and says what it may be. A hook without any recipe is
  // refused, and so is a label that stands twice.
  static absl::StatusOr<HookVerifier> Compile(const v1::Hook& hook);

  // Accepted when every required recipe verifies and, if there are any_of, one of those; the first
  // that does is enough. Of several any_of that refuse, the one is named that found a signature.
  VerifyResult Verify(const SignedRequest& request, absl::Time now) const;

 private:
  HookVerifier() = default;

  std::vector<RecipeVerifier> required_;
  std::vector<RecipeVerifier> any_of_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_HOOK_VERIFIER_H_
