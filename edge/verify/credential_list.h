// Secrets that a sender shows as they are: passwords and tokens.
#ifndef FLUXCASCADE_EDGE_VERIFY_CREDENTIAL_LIST_H_
#define FLUXCASCADE_EDGE_VERIFY_CREDENTIAL_LIST_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace fluxcascade::edge {

struct ShownCredential {
  // CREDENTIALS_MISSING without a header of the name; CREDENTIALS_MISMATCH for several, and for one
  // that begins otherwise.
  Refusal refusal = {};
  // What follows the prefix.
  absl::string_view text = {};
};

// The case of the prefix does not matter: it names a scheme (RFC 9110 section 11.1).
ShownCredential FindCredential(const SignedRequest& request, absl::string_view header,
                               absl::string_view prefix);

// Immutable.
class CredentialList {
 public:
  // kInvalidArgument begins with `field`, and says what it may be.
  static absl::StatusOr<CredentialList> Compile(
      absl::string_view field, const google::protobuf::RepeatedPtrField<v1::Secret>& secrets);

  // CREDENTIALS_MISMATCH or SECRET_EXPIRED. Takes the same time whichever was shown.
  Refusal Check(absl::string_view shown, absl::Time now) const;

 private:
  // Digests, not the secrets: all have one length, so comparing them tells nothing of the secrets'.
  struct Credential {
    Sha256Digest digest;
    absl::Time not_after;
  };

  CredentialList() = default;

  std::vector<Credential> credentials_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_CREDENTIAL_LIST_H_
