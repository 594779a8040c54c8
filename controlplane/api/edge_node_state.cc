#include "controlplane/api/edge_node_state.h"

#include "common/proto_time/proto_time.h"
#include "controlplane/ingest/edge_config.h"

namespace fluxcascade {

v1::EdgeNode::State EdgeNodeState(const store::v1::EdgeNode& node, absl::Time now) {
  if (!node.has_last_seen_time()) return v1::EdgeNode::STATE_NEW;
  if (!node.connected() || now - FromProto(node.last_seen_time()) > kNodeSilence) {
    return v1::EdgeNode::STATE_DISCONNECTED;
  }
  return node.log_error().empty() ? v1::EdgeNode::STATE_CONNECTED : v1::EdgeNode::STATE_LOG_ERROR;
}

}  // namespace fluxcascade
