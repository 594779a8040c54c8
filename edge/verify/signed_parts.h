// Which parts of a request are signed.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNED_PARTS_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNED_PARTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "edge/verify/signed_pieces.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace fluxcascade::edge {

// Immutable.
class SignedParts {
 public:
  static constexpr int kMaxParts = 16;
  static constexpr size_t kMaxLiteralBytes = 256;

  // kInvalidArgument begins with the field, and says what it may be. `public_url` is the hook's.
  static absl::StatusOr<SignedParts> Compile(
      const google::protobuf::RepeatedPtrField<v1::SignedPart>& parts,
      absl::string_view public_url);

  bool Has(v1::SignedPart::Part part) const;
  // Whether the value of this header is a part.
  bool HasHeader(absl::string_view name) const;

  // Adds the parts, in their order; they are valid as long as the request, the timestamp and the
  // SignedParts are. `timestamp`: as it was sent. SIGNED_HEADER_MISSING or SIGNED_HEADER_MALFORMED
  // when there is no telling what was signed.
  Refusal Read(const SignedRequest& request, absl::string_view timestamp,
               SignedPieces& pieces) const;

 private:
  struct CompiledPart {
    v1::SignedPart part;
    // PUBLIC_URI: for a request without a query.
    std::string uri;
    // HEADER: what the value must not hold, if this is not empty.
    std::string next_literal;
  };

  explicit SignedParts(absl::string_view public_url) : public_url_(public_url) {}

  void AddUri(const CompiledPart& part, const SignedRequest& request, SignedPieces& pieces) const;

  std::string public_url_;
  std::vector<CompiledPart> parts_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNED_PARTS_H_
