// The stored record of an edge node, as those change it who speak with the node.
#ifndef FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_NODE_RECORD_H_
#define FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_NODE_RECORD_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/store.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// Changes the node's record, and notes that the node was heard of at `now`. `change` may run more
// than once, each time on the record as it is.
absl::Status UpdateEdgeNode(Store& store, absl::string_view node, absl::Time now,
                            const std::function<void(store::v1::EdgeNode&)>& change);

// An operator has accepted the record's log error: the cursor moves behind the damaged request, and
// otherwise to the beginning of what the node's log holds now, which then is read again; what was
// seen before is dropped by its dedupe key.
void ReadOnAfterLogError(store::v1::EdgeNode& record);

// What the node keeps in quarantine, as its status says; of more than an edge tells of, the first.
inline constexpr int kMaxShownQuarantines = 100;
void ShowQuarantines(const edge::v1::Status& status, store::v1::EdgeNode& record);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_INGEST_EDGE_NODE_RECORD_H_
