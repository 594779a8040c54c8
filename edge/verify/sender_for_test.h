// The other side of what is tested here: a sender that signs as a recipe says. It is written from
// what hook.proto says of a recipe, apart from the code that verifies.
#ifndef FLUXCASCADE_EDGE_VERIFY_SENDER_FOR_TEST_H_
#define FLUXCASCADE_EDGE_VERIFY_SENDER_FOR_TEST_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// The private half of a key, 32 bytes as RFC 8032 has them.
inline constexpr char kTestSeed[] = "TESTSIGNINGKEYDONOTUSETHISFORANY";
std::string Ed25519PublicKey(absl::string_view seed);

class SenderForTest {
 public:
  // A secret is what the sender has: for ALGORITHM_ED25519 a seed.
  SenderForTest(v1::DigestRecipe recipe, std::string public_url)
      : recipe_(std::move(recipe)), public_url_(std::move(public_url)) {}

  // What is signed. `request` has the headers that are parts of it.
  std::string SignedString(const SignedRequest& request, absl::string_view timestamp,
                           absl::string_view secret) const;

  // One signature, with its prefix.
  std::string Signature(absl::string_view signed_string, absl::string_view secret) const;

  // The value of the recipe's header: a signature with each of the secrets, and the time if it
  // stands there, too.
  std::string HeaderValue(const SignedRequest& request, absl::string_view timestamp,
                          const std::vector<std::string>& secrets) const;

 private:
  std::string Part(const v1::SignedPart& part, const SignedRequest& request,
                   absl::string_view timestamp, absl::string_view secret) const;
  std::string Digest(absl::string_view signed_string, absl::string_view secret) const;

  v1::DigestRecipe recipe_;
  std::string public_url_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_SENDER_FOR_TEST_H_
