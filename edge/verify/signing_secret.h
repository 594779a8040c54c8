// One secret of a digest recipe, ready to try signatures with.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNING_SECRET_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNING_SECRET_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/hmac.h"
#include "edge/verify/signature_header.h"
#include "edge/verify/signed_pieces.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// How long the algorithm's signatures are. kInvalidArgument, as of the field `algorithm`, for one
// that is not known here.
absl::StatusOr<size_t> SignatureBytes(v1::DigestRecipe::Algorithm algorithm);

// Immutable.
class SigningSecret {
 public:
  // `secret` has passed CheckSecrets, and `algorithm` is known. kInvalidArgument begins with the
  // field of the secret.
  static absl::StatusOr<SigningSecret> Compile(v1::DigestRecipe::Algorithm algorithm,
                                               const v1::Secret& secret);

  // Whether this secret made any of `signatures`, each as long as SignatureBytes. Takes the same
  // time whether it did or not, unless it is a public key. For such a one the pieces are joined.
  bool MadeAnyOf(const Signatures& signatures, SignedPieces& pieces) const;

  absl::Time not_after() const { return not_after_; }

 private:
  SigningSecret(v1::DigestRecipe::Algorithm algorithm, const v1::Secret& secret);

  v1::DigestRecipe::Algorithm algorithm_;
  std::string value_;
  absl::Time not_after_;
  // Of the keyed algorithms.
  std::optional<HmacKey> hmac_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNING_SECRET_H_
