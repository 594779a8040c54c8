// An edge node's state as operators see it; also what health counts.
#ifndef FLUXCASCADE_CONTROLPLANE_API_EDGE_NODE_STATE_H_
#define FLUXCASCADE_CONTROLPLANE_API_EDGE_NODE_STATE_H_

#include "absl/time/time.h"
#include "fluxcascade/store/v1/resources.pb.h"
#include "fluxcascade/v1/edge.pb.h"

namespace fluxcascade {

v1::EdgeNode::State EdgeNodeState(const store::v1::EdgeNode& node, absl::Time now);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_EDGE_NODE_STATE_H_
