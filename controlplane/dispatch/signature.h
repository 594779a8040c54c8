// How our own webhooks are signed.
#ifndef FLUXCASCADE_CONTROLPLANE_DISPATCH_SIGNATURE_H_
#define FLUXCASCADE_CONTROLPLANE_DISPATCH_SIGNATURE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/random/random.h"

namespace fluxcascade {

inline constexpr char kSignatureHeader[] = "X-FluxCascade-Signature";

// `sha256=` and the HMAC-SHA-256 of the body in lower-case hex.
std::string SignatureOf(absl::string_view secret, absl::string_view body);

// `whsec_` and 32 random bytes as base64url. The whole text, prefix included, is the key.
std::string NewEndpointSecret(Random& random);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_DISPATCH_SIGNATURE_H_
