// `Authorization: Basic` (RFC 7617).
#ifndef FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "edge/verify/credential_list.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class BasicCheck {
 public:
  // kInvalidArgument begins with the field, and says what it may be.
  static absl::StatusOr<BasicCheck> Compile(const v1::BasicRecipe& recipe);

  // MISSING without an Authorization header; MISMATCH for several, another scheme, anything but
  // canonical base64, and unknown credentials; SECRET_EXPIRED for those past their end.
  Refusal Check(const SignedRequest& request, absl::Time now) const;

 private:
  explicit BasicCheck(CredentialList credentials) : credentials_(std::move(credentials)) {}

  CredentialList credentials_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_BASIC_CHECK_H_
