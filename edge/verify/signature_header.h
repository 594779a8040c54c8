// Where a request carries its signatures.
#ifndef FLUXCASCADE_EDGE_VERIFY_SIGNATURE_HEADER_H_
#define FLUXCASCADE_EDGE_VERIFY_SIGNATURE_HEADER_H_

#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Raw bytes, all of the length that the recipe's algorithm makes.
using Signatures = absl::InlinedVector<std::string, 1>;

// Immutable.
class SignatureHeader {
 public:
  // As many as a sender has that signs with every secret of a recipe. More are refused unread: each
  // costs a comparison, or a verification of a public key's, for every secret.
  static constexpr int kMaxSignatures = 10;

  // kInvalidArgument begins with the field, and says what it may be. `signature_bytes`: how long a
  // signature is.
  static absl::StatusOr<SignatureHeader> Compile(const v1::DigestRecipe& recipe,
                                                 size_t signature_bytes);

  struct Reading {
    // MISSING without the header, or without an item for us; MALFORMED for several headers, for too
    // many signatures, and if none of them has its one canonical form. Then there is nothing else
    // here.
    Refusal refusal = {};
    Signatures signatures = {};
  };

  Reading Read(const SignedRequest& request) const;

 private:
  SignatureHeader(const v1::DigestRecipe& recipe, size_t signature_bytes)
      : header_(recipe.header()),
        separator_(recipe.separator()),
        prefix_(recipe.prefix()),
        encoding_(recipe.encoding()),
        signature_bytes_(signature_bytes) {}

  Reading ReadValue(absl::string_view value) const;
  // Adds what `text` encodes, unless it is no signature.
  void Decode(absl::string_view text, Signatures& signatures) const;

  std::string header_;
  std::string separator_;
  std::string prefix_;
  v1::DigestRecipe::Encoding encoding_;
  size_t signature_bytes_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SIGNATURE_HEADER_H_
