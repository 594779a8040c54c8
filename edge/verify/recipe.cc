#include "edge/verify/recipe.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

// It is shown to people and stands in lists.
absl::Status CheckLabel(absl::string_view label) {
  if (label.empty() || label.size() > kMaxLabelLength ||
      !std::all_of(label.begin(), label.end(), absl::ascii_isgraph)) {
    return FieldError("label",
                      absl::StrCat("must be 1 to ", kMaxLabelLength, " visible ASCII characters"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RecipeVerifier> RecipeVerifier::Compile(const v1::Recipe& recipe,
                                                       absl::string_view public_url) {
  FC_RETURN_IF_ERROR(CheckLabel(recipe.label()));
  switch (recipe.kind_case()) {
    case v1::Recipe::kDigest: {
      absl::StatusOr<DigestCheck> check = DigestCheck::Compile(recipe.digest(), public_url);
      if (!check.ok()) return InField("digest", check.status());
      return RecipeVerifier(recipe.label(), *std::move(check));
    }
    case v1::Recipe::kBasic: {
      absl::StatusOr<BasicCheck> check = BasicCheck::Compile(recipe.basic());
      if (!check.ok()) return InField("basic", check.status());
      return RecipeVerifier(recipe.label(), *std::move(check));
    }
    case v1::Recipe::KIND_NOT_SET:
      break;
  }
  return FieldError("kind", "must be digest or basic");
}

RecipeVerifier::RecipeVerifier(std::string label, Check check)
    : label_(std::move(label)), check_(std::move(check)) {}

Refusal RecipeVerifier::Verify(const SignedRequest& request, absl::Time now) const {
  if (const auto* digest = std::get_if<DigestCheck>(&check_)) return digest->Check(request, now);
  return std::get<BasicCheck>(check_).Check(request);
}

}  // namespace fluxcascade::edge
