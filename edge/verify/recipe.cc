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
  const auto verifier = [&recipe](absl::string_view field,
                                  auto check) -> absl::StatusOr<RecipeVerifier> {
    if (!check.ok()) return InField(field, check.status());
    return RecipeVerifier(recipe.label(), *std::move(check));
  };
  switch (recipe.kind_case()) {
    case v1::Recipe::kDigest:
      return verifier("digest", DigestCheck::Compile(recipe.digest(), public_url));
    case v1::Recipe::kBasic:
      return verifier("basic", BasicCheck::Compile(recipe.basic()));
    case v1::Recipe::kToken:
      return verifier("token", TokenCheck::Compile(recipe.token()));
    case v1::Recipe::KIND_NOT_SET:
      break;
  }
  return FieldError("kind", "must be digest, basic or token");
}

RecipeVerifier::RecipeVerifier(std::string label, Check check)
    : label_(std::move(label)), check_(std::move(check)) {}

Refusal RecipeVerifier::Verify(const SignedRequest& request, absl::Time now) const {
  return std::visit([&](const auto& check) { return check.Check(request, now); }, check_);
}

std::optional<SignedId> RecipeVerifier::IdOf(const SignedRequest& request) const {
  const auto* digest = std::get_if<DigestCheck>(&check_);
  if (digest == nullptr) return std::nullopt;
  std::optional<SignedId> id = digest->IdOf(request);
  if (id.has_value()) id->recipe = label_;
  return id;
}

}  // namespace fluxcascade::edge
