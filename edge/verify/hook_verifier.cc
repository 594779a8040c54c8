#include "edge/verify/hook_verifier.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

absl::StatusOr<std::vector<RecipeVerifier>> CompileAll(
    absl::string_view field, const google::protobuf::RepeatedPtrField<v1::Recipe>& recipes,
    absl::string_view public_url, std::set<std::string>& labels) {
  std::vector<RecipeVerifier> verifiers;
  for (int i = 0; i < recipes.size(); ++i) {
    const std::string place = absl::StrCat(field, "[", i, "]");
    absl::StatusOr<RecipeVerifier> verifier = RecipeVerifier::Compile(recipes[i], public_url);
    if (!verifier.ok()) return InField(place, verifier.status());
    if (!labels.insert(verifier->label()).second) {
      return FieldError(absl::StrCat(place, ".label"), "stands twice");
    }
    verifiers.push_back(*std::move(verifier));
  }
  return verifiers;
}

bool IsMissing(RejectionReason reason) {
  return reason == v1::RejectedRequest::REASON_SIGNATURE_MISSING ||
         reason == v1::RejectedRequest::REASON_CREDENTIALS_MISSING;
}

VerifyResult Refused(const RecipeVerifier& recipe, RejectionReason reason) {
  return {.accepted = false, .refused_by = recipe.label(), .reason = reason};
}

void AddVerified(const RecipeVerifier& recipe, const SignedRequest& request,
                 VerifyResult& accepted) {
  accepted.verified_by.push_back(recipe.label());
  const std::optional<SignedId> id = recipe.IdOf(request);
  if (id.has_value()) accepted.ids.push_back(*id);
}

}  // namespace

absl::StatusOr<HookVerifier> HookVerifier::Compile(const v1::Hook& hook) {
  const int count = hook.required_size() + hook.any_of_size();
  if (count == 0 || count > kMaxRecipes) {
    return FieldError("required and any_of", absl::StrCat("must hold 1 to ", kMaxRecipes,
                                                          " recipes together, hold ", count));
  }
  HookVerifier verifier;
  std::set<std::string> labels;
  FC_ASSIGN_OR_RETURN(verifier.required_,
                      CompileAll("required", hook.required(), hook.public_url(), labels));
  FC_ASSIGN_OR_RETURN(verifier.any_of_,
                      CompileAll("any_of", hook.any_of(), hook.public_url(), labels));
  return verifier;
}

VerifyResult HookVerifier::Verify(const SignedRequest& request, absl::Time now) const {
  VerifyResult accepted{.accepted = true};
  for (const RecipeVerifier& recipe : required_) {
    const Refusal refusal = recipe.Verify(request, now);
    if (refusal.has_value()) return Refused(recipe, *refusal);
    AddVerified(recipe, request, accepted);
  }
  if (any_of_.empty()) return accepted;

  VerifyResult refused;
  for (const RecipeVerifier& recipe : any_of_) {
    const Refusal refusal = recipe.Verify(request, now);
    if (!refusal.has_value()) {
      AddVerified(recipe, request, accepted);
      return accepted;
    }
    const bool says_more = IsMissing(refused.reason) && !IsMissing(*refusal);
    if (refused.refused_by.empty() || says_more) refused = Refused(recipe, *refusal);
  }
  return refused;
}

}  // namespace fluxcascade::edge
