// Credentials as the API takes them.
#ifndef FLUXCASCADE_CONTROLPLANE_API_CREDENTIALS_H_
#define FLUXCASCADE_CONTROLPLANE_API_CREDENTIALS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/connections/sealing.h"
#include "fluxcascade/v1/credential.pb.h"

namespace fluxcascade {

// kInvalidArgument, naming `field`, for one that is empty or too long. Never repeats what was
// given.
absl::StatusOr<PlainCredential> ToPlainCredential(absl::string_view field,
                                                  const v1::Credential& credential);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_CREDENTIALS_H_
