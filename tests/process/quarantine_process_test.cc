// The quarantine from end to end, with the processes as they are shipped: a webhook is refused for
// a wrong secret and kept by the edge, the secret is corrected through the API, and an operator has
// what was kept verified again, released or dropped.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "fluxcascade/v1/app.grpc.pb.h"
#include "fluxcascade/v1/edge.grpc.pb.h"
#include "fluxcascade/v1/event.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/deployment.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using v1::EdgeQuarantineResult;

constexpr char kApp[] = "workspaces/default/apps/crm";
constexpr char kSecret[] = "not-a-secret";

class QuarantineProcessTest : public testing::Test {
 protected:
  QuarantineProcessTest() {
    hook_url_ = deployment_.admin().CreateApp(
        "crm", "a-slip-of-the-keyboard", "quarantine { max_requests: 100 max_bytes: 1048576 }");
    deployment_.StartEdge();
  }

  v1::EdgeNode Node() { return deployment_.admin().Node(); }

  // A webhook that tells of the contact `id`.
  std::string Post(int id) {
    return deployment_.Post(
        hook_url_, kSecret,
        absl::StrCat(R"([{"eventId":)", id, R"(,"subscriptionId":1,"portalId":62515,"appId":4711,)",
                     R"("occurredAt":1564113600000,"subscriptionType":"contact.creation",)",
                     R"("attemptNumber":0,"objectId":)", id, "}]"));
  }
  void PostRefused(int id) { EXPECT_THAT(Post(id), StartsWith("HTTP/1.1 401 ")); }

  void CorrectSecret() { deployment_.admin().SetClientSecret("crm", kSecret); }

  std::vector<EdgeQuarantineResult> Release(const std::string& more = "") {
    const auto response = deployment_.admin().Call(deployment_.admin().apps(),
                                                   &v1::AppService::Stub::ReleaseQuarantine,
                                                   absl::StrCat("name: '", kApp, "' ", more));
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    return {response->edges().begin(), response->edges().end()};
  }
  // Of a group with one node.
  static EdgeQuarantineResult Only(const std::vector<EdgeQuarantineResult>& edges) {
    EXPECT_THAT(edges, SizeIs(1));
    if (edges.empty()) return {};
    EXPECT_EQ(edges[0].edge_node(), Operator::kNode);
    EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_COMPLETE) << edges[0].error();
    return edges[0];
  }
  EdgeQuarantineResult Verify() { return Only(Release("verify_only: true")); }

  // The contacts that events tell of, in the order of the edge's log.
  std::vector<std::string> Contacts() {
    const std::vector<v1::Event> events = deployment_.admin().Events();
    std::map<uint64_t, std::string> by_sequence;
    for (const v1::Event& event : events) {
      by_sequence[event.log_position().sequence()] = event.record_id();
    }
    EXPECT_THAT(by_sequence, SizeIs(events.size()));
    std::vector<std::string> contacts;
    for (const auto& [sequence, contact] : by_sequence) contacts.push_back(contact);
    return contacts;
  }
  // Once the control plane has read all that the edge's log holds, which is `requests`.
  bool ReadThrough(uint64_t requests) {
    return Eventually([&] {
      const v1::EdgeNode node = Node();
      return node.last_sequence() == requests && node.cursor() == requests;
    });
  }

  Deployment deployment_;
  std::string hook_url_;
};

TEST_F(QuarantineProcessTest, WhatWasRefusedIsReleasedInOrderAndOnceAfterTheSecretWasCorrected) {
  for (int id = 1; id <= 3; ++id) PostRefused(id);
  ASSERT_TRUE(Eventually([&] {
    const v1::EdgeNode node = Node();
    return node.quarantines_size() == 1 && node.quarantines(0).requests() == 3;
  }));
  EXPECT_EQ(Node().quarantines(0).app(), kApp);
  EXPECT_TRUE(Node().quarantines(0).has_oldest_receive_time());

  const EdgeQuarantineResult before = Verify();
  EXPECT_EQ(before.released(), 0u);
  ASSERT_THAT(before.refused(), SizeIs(1));
  EXPECT_EQ(before.refused(0).reason(), "SIGNATURE_MISMATCH");
  EXPECT_EQ(before.refused(0).count(), 3u);

  // At once: whoever corrects a secret need not know when it has come to the edges.
  CorrectSecret();
  const EdgeQuarantineResult verified = Verify();
  EXPECT_EQ(verified.released(), 3u);
  EXPECT_EQ(verified.remaining(), 3u);
  EXPECT_THAT(Contacts(), IsEmpty());

  const EdgeQuarantineResult released = Only(Release());
  EXPECT_EQ(released.released(), 3u);
  EXPECT_EQ(released.remaining(), 0u);
  EXPECT_THAT(Post(4), StartsWith("HTTP/1.1 200 "));
  ASSERT_TRUE(ReadThrough(4));
  EXPECT_THAT(Contacts(), ElementsAre("1", "2", "3", "4"));

  EXPECT_EQ(Only(Release()).released(), 0u);
  EXPECT_TRUE(ReadThrough(4));
  EXPECT_TRUE(Eventually([&] { return Node().quarantines(0).requests() == 0; }));
}

TEST_F(QuarantineProcessTest, WhatIsDiscardedIsNotReleased) {
  PostRefused(1);
  PostRefused(2);
  const auto discarded =
      deployment_.admin().Call(deployment_.admin().apps(), &v1::AppService::Stub::DiscardQuarantine,
                               absl::StrCat("name: '", kApp, "'"));
  FC_ASSERT_OK(discarded);
  const EdgeQuarantineResult result = Only({discarded->edges().begin(), discarded->edges().end()});
  EXPECT_EQ(result.discarded(), 2u);
  EXPECT_EQ(result.remaining(), 0u);
  CorrectSecret();
  EXPECT_EQ(Only(Release()).released(), 0u);
  EXPECT_THAT(Post(3), StartsWith("HTTP/1.1 200 "));
  ASSERT_TRUE(ReadThrough(1));
  EXPECT_THAT(Contacts(), ElementsAre("3"));
}

TEST_F(QuarantineProcessTest, AnEdgeThatIsAwayIsNamedAndKeepsWhatItHasUntilItIsBack) {
  deployment_.admin().AddNode("edge-2");
  PostRefused(1);
  ASSERT_NO_FATAL_FAILURE(deployment_.StopEdge());
  CorrectSecret();
  std::vector<EdgeQuarantineResult> edges = Release();
  ASSERT_THAT(edges, SizeIs(2));
  for (const EdgeQuarantineResult& edge : edges) {
    EXPECT_EQ(edge.outcome(), EdgeQuarantineResult::OUTCOME_NOT_ASKED);
    EXPECT_THAT(edge.error(), HasSubstr("not connected"));
  }
  EXPECT_EQ(edges[0].edge_node(), Operator::kNode);
  EXPECT_EQ(edges[1].edge_node(), "edgeNodes/edge-2");

  ASSERT_NO_FATAL_FAILURE(deployment_.StartEdge());
  edges = Release();
  ASSERT_THAT(edges, SizeIs(2));
  EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_COMPLETE) << edges[0].error();
  EXPECT_EQ(edges[0].released(), 1u);
  EXPECT_EQ(edges[1].outcome(), EdgeQuarantineResult::OUTCOME_NOT_ASKED);
  ASSERT_TRUE(ReadThrough(1));
  EXPECT_THAT(Contacts(), ElementsAre("1"));
}

}  // namespace
}  // namespace fluxcascade
