// One round through what the edges of an app's group keep in quarantine for it.
#ifndef FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_ROUND_H_
#define FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_ROUND_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/api/api_context.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/v1/app.pb.h"

namespace fluxcascade {

// Asks every node of the group, and waits for their answers, at most
// QuarantineCalls::kAnswerTimeout. A result for each node, by name, whatever became of it.
//
// To release and to verify, an edge must have applied the group's configuration of now, or a newer
// one: it knows the secret that was corrected before this call. To discard, it need not.
//
// kFailedPrecondition when the app has no quarantine, or its group no nodes.
absl::StatusOr<std::vector<v1::EdgeQuarantineResult>> GoThroughQuarantines(
    const ApiContext& context, absl::string_view app, edge::v1::ReleaseQuarantine::Mode mode);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_QUARANTINE_ROUND_H_
