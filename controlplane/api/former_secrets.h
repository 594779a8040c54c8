// Secrets of an app that were replaced, and go on signing its webhooks for a while.
#ifndef FLUXCASCADE_CONTROLPLANE_API_FORMER_SECRETS_H_
#define FLUXCASCADE_CONTROLPLANE_API_FORMER_SECRETS_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// An edge tries ten secrets of a hook, of which one is the current one.
inline constexpr int kMaxFormerSecrets = 9;
inline constexpr absl::Duration kLongestKeptSecret = absl::Hours(24 * 30);

// Drops those whose time is over.
void ForgetEndedSecrets(absl::Time now, store::v1::App& app);

// Puts the secret of `former`, which `app` replaces, first among the former ones of `app`, until
// `keep` from now. kInvalidArgument, naming `keep_former_secret`: no secret is replaced, or `keep`
// is not 1 s to 30 days. kFailedPrecondition: nine are in force already.
absl::Status KeepFormerSecret(const store::v1::App& former, bool secret_given, absl::Duration keep,
                              absl::Time now, store::v1::App& app);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_FORMER_SECRETS_H_
