#include "controlplane/dispatch/signature.h"

#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/id/id.h"

namespace fluxcascade {

std::string SignatureOf(absl::string_view secret, absl::string_view body) {
  return absl::StrCat("sha256=", HexEncode(AsBytes(HmacSha256(secret, body))));
}

std::string NewEndpointSecret(Random& random) {
  return absl::StrCat("whsec_", NewToken(32, random));
}

}  // namespace fluxcascade
