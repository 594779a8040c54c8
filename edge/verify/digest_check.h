// A digest over parts of the request, carried in a header.
#ifndef FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_
#define FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "edge/verify/signed_request.h"
#include "edge/verify/timestamp_check.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Immutable.
class DigestCheck {
 public:
  static constexpr int kMaxParts = 16;
  static constexpr size_t kMaxPrefixLength = 64;
  static constexpr size_t kMaxLiteralBytes = 256;

  // kInvalidArgument begins with the field, and says what it may be. `public_url` is the hook's.
  static absl::StatusOr<DigestCheck> Compile(const v1::DigestRecipe& recipe,
                                             absl::string_view public_url);

  // The digest is judged before the time: TOO_OLD and TOO_NEW mean that the signature was right.
  Refusal Check(const SignedRequest& request, absl::Time now) const;

  // What is signed with `secret`. `timestamp`: the value of the timestamp header.
  std::string SignedString(const SignedRequest& request, absl::string_view timestamp,
                           absl::string_view secret) const;

  // The header's value as a sender that knows `secret` writes it.
  std::string Signature(absl::string_view signed_string, absl::string_view secret) const;

 private:
  DigestCheck() = default;

  bool HasPart(v1::SignedPart::Part part) const;
  absl::Status CheckParts(bool has_timestamp) const;
  Sha256Digest Digest(absl::string_view signed_string, absl::string_view secret) const;
  std::string Encode(absl::string_view digest) const;
  std::optional<std::string> Decode(absl::string_view header_value) const;
  // Takes the same time whichever of the secrets was used.
  bool MatchesAnySecret(const SignedRequest& request, absl::string_view timestamp,
                        absl::string_view digest) const;

  v1::DigestRecipe::Algorithm algorithm_ = v1::DigestRecipe::ALGORITHM_UNSPECIFIED;
  v1::DigestRecipe::Encoding encoding_ = v1::DigestRecipe::ENCODING_UNSPECIFIED;
  std::string public_url_;
  std::string header_;
  std::string prefix_;
  std::vector<v1::SignedPart> parts_;
  std::vector<std::string> secrets_;
  std::optional<TimestampCheck> timestamp_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_DIGEST_CHECK_H_
