// A digest or a signature over parts of the request, carried in a header.
#ifndef FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/verify/signature_header.h"
#include "edge/verify/signed_id.h"
#include "edge/verify/signed_parts.h"
#include "edge/verify/signed_request.h"
#include "edge/verify/signing_secret.h"
#include "edge/verify/timestamp_check.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class DigestCheck {
 public:
  // kInvalidArgument begins with the field, and says what it may be. `public_url` is the hook's.
  static absl::StatusOr<DigestCheck> Compile(const v1::DigestRecipe& recipe,
                                             absl::string_view public_url);

  // The digest is judged before the time: TOO_OLD and TOO_NEW mean that the signature was right.
  Refusal Check(const SignedRequest& request, absl::Time now) const;

  // Of a request that has passed; nothing if the recipe does not ask for it. Without the label.
  std::optional<SignedId> IdOf(const SignedRequest& request) const;

 private:
  DigestCheck(SignatureHeader header, SignedParts parts, std::vector<SigningSecret> secrets,
              std::optional<TimestampCheck> timestamp, const v1::DigestRecipe& recipe);

  // Takes the same time whichever of the secrets was used.
  Refusal TrySecrets(const Signatures& signatures, SignedPieces& pieces, absl::Time now) const;

  SignatureHeader header_;
  SignedParts parts_;
  std::vector<SigningSecret> secrets_;
  std::optional<TimestampCheck> timestamp_;
  // The algorithm wants what was signed in one piece.
  bool joins_;
  // Empty: requests have no id.
  std::string id_header_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_
