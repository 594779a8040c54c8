// A recipe, checked and ready to use: one way for a sender to prove itself.
#ifndef FLUXCASCADE_EDGE_VERIFY_RECIPE_H_
#define FLUXCASCADE_EDGE_VERIFY_RECIPE_H_

#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/verify/basic_check.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/signed_id.h"
#include "edge/verify/signed_request.h"
#include "edge/verify/token_check.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

inline constexpr size_t kMaxLabelLength = 32;

// Immutable.
class RecipeVerifier {
 public:
  // `public_url`: the hook's. kInvalidArgument begins with the field, and says what it may be.
  static absl::StatusOr<RecipeVerifier> Compile(const v1::Recipe& recipe,
                                                absl::string_view public_url);

  // Depends on nothing but the arguments.
  Refusal Verify(const SignedRequest& request, absl::Time now) const;

  // Of a request that has passed: what must not be taken twice, if the recipe says so.
  std::optional<SignedId> IdOf(const SignedRequest& request) const;

  const std::string& label() const { return label_; }

 private:
  using Check = std::variant<DigestCheck, BasicCheck, TokenCheck>;

  RecipeVerifier(std::string label, Check check);

  std::string label_;
  Check check_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_RECIPE_H_
