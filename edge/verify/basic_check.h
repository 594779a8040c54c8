// `Authorization: Basic` (RFC 7617).
#ifndef FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/crypto/digest.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class BasicCheck {
 public:
  // kInvalidArgument begins with the field, and says what it may be.
  static absl::StatusOr<BasicCheck> Compile(const v1::BasicRecipe& recipe);

  // MISSING without an Authorization header; MISMATCH for several, another scheme, anything but
  // canonical base64, and unknown credentials.
  Refusal Check(const SignedRequest& request) const;

 private:
  BasicCheck() = default;

  // Digests, not the pairs: all have one length, so comparing them tells nothing of the pairs'.
  std::vector<Sha256Digest> credentials_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_
