// An app that has not been deleted, as requests name it.
#ifndef FLUXCASCADE_CONTROLPLANE_API_LIVE_APP_H_
#define FLUXCASCADE_CONTROLPLANE_API_LIVE_APP_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// kInvalidArgument, naming `field`, when `name` is not an app's; kNotFound when there is no such
// app or it was deleted, though its hook may still be served.
absl::StatusOr<store::v1::App> GetLiveApp(Transaction& tx, absl::string_view name,
                                          absl::string_view field = "name");

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_LIVE_APP_H_
