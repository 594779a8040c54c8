#include "controlplane/api/edge_node_state.h"

#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "controlplane/ingest/edge_config.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using v1::EdgeNode;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);

store::v1::EdgeNode Connected() {
  store::v1::EdgeNode node;
  node.set_connected(true);
  *node.mutable_last_seen_time() = ToProto(kNow);
  return node;
}

TEST(EdgeNodeStateTest, ANodeThatWasNeverSeenIsNew) {
  EXPECT_EQ(EdgeNodeState(store::v1::EdgeNode(), kNow), EdgeNode::STATE_NEW);
}

TEST(EdgeNodeStateTest, AConnectedNodeMayBeSilentForAWhile) {
  EXPECT_EQ(EdgeNodeState(Connected(), kNow), EdgeNode::STATE_CONNECTED);
  EXPECT_EQ(EdgeNodeState(Connected(), kNow + kNodeSilence), EdgeNode::STATE_CONNECTED);
  EXPECT_EQ(EdgeNodeState(Connected(), kNow + kNodeSilence + absl::Microseconds(1)),
            EdgeNode::STATE_DISCONNECTED);
}

TEST(EdgeNodeStateTest, WhoseStreamHasEndedIsDisconnectedAtOnce) {
  store::v1::EdgeNode node = Connected();
  node.set_connected(false);
  EXPECT_EQ(EdgeNodeState(node, kNow), EdgeNode::STATE_DISCONNECTED);
}

TEST(EdgeNodeStateTest, ALogErrorShowsWhileTheNodeIsConnected) {
  store::v1::EdgeNode node = Connected();
  node.set_log_error("2 to 4 are missing");
  EXPECT_EQ(EdgeNodeState(node, kNow), EdgeNode::STATE_LOG_ERROR);
  node.set_connected(false);
  EXPECT_EQ(EdgeNodeState(node, kNow), EdgeNode::STATE_DISCONNECTED);
}

}  // namespace
}  // namespace fluxcascade
