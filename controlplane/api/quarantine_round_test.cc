#include "controlplane/api/quarantine_round.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using edge::v1::QuarantineResult;
using edge::v1::ReleaseQuarantine;
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using v1::EdgeQuarantineResult;

constexpr char kApp[] = "workspaces/default/apps/crm";

// An edge's session, on which one question is answered as a test says.
class AnsweringEdge {
 public:
  AnsweringEdge(QuarantineCalls& calls, const std::string& node, const QuarantineResult& result)
      : session_(calls, node), result_(result) {
    session_.Open();
    thread_ = std::thread([this] { AnswerOne(); });
  }
  ~AnsweringEdge() {
    stop_ = true;
    thread_.join();
  }

  // Once it has answered.
  const ReleaseQuarantine& question() {
    thread_.join();
    thread_ = std::thread([] {});
    return question_;
  }

 private:
  void AnswerOne() {
    std::vector<ReleaseQuarantine> questions;
    while (questions.empty() && !stop_) {
      std::this_thread::yield();
      questions = session_.TakeQuestions(/*sent_config_version=*/1000);
    }
    if (questions.empty()) return;
    question_ = questions[0];
    result_.set_request_id(question_.request_id());
    session_.OnResult(result_);
  }

  QuarantineCalls::Session session_;
  QuarantineResult result_;
  ReleaseQuarantine question_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

class QuarantineRoundTest : public testing::Test {
 protected:
  void AddApp(bool with_quarantine = true) {
    store::v1::App app = env_.AddApp("crm", "hubspot");
    if (!with_quarantine) return;
    app.mutable_quarantine()->set_max_requests(10);
    app.mutable_quarantine()->set_max_bytes(4096);
    env_.Do([&](Transaction& tx) { return tx.apps().Update(app); });
  }
  void AddNode(const std::string& id, const std::string& group = ApiEnvironment::kGroup) {
    store::v1::EdgeNode node;
    node.set_name(absl::StrCat("edgeNodes/", id));
    node.set_group(group);
    env_.Do([&](Transaction& tx) { return tx.edge_nodes().Insert(node); });
  }

  absl::StatusOr<std::vector<EdgeQuarantineResult>> Go(
      ReleaseQuarantine::Mode mode = ReleaseQuarantine::MODE_RELEASE,
      const std::string& app = kApp) {
    return GoThroughQuarantines(env_.context, app, mode);
  }

  ApiEnvironment env_;
};

TEST_F(QuarantineRoundTest, EveryNodeOfTheGroupHasAResultByName) {
  AddApp();
  AddNode("b");
  AddNode("a");
  AddNode("c", "edgeGroups/other");
  QuarantineResult result;
  result.set_released(3);
  AnsweringEdge edge(env_.quarantine_calls, "edgeNodes/b", result);
  FC_ASSERT_OK_AND_ASSIGN(const auto edges, Go());
  ASSERT_THAT(edges, SizeIs(2));
  EXPECT_EQ(edges[0].edge_node(), "edgeNodes/a");
  EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_NOT_ASKED);
  EXPECT_THAT(edges[0].error(), HasSubstr("not connected"));
  EXPECT_EQ(edges[1].edge_node(), "edgeNodes/b");
  EXPECT_EQ(edges[1].outcome(), EdgeQuarantineResult::OUTCOME_COMPLETE);
  EXPECT_EQ(edges[1].error(), "");
  EXPECT_EQ(edges[1].released(), 3u);
}

TEST_F(QuarantineRoundTest, AllThatAnEdgeSaysIsTold) {
  AddApp();
  AddNode("a");
  QuarantineResult result;
  result.set_released(1);
  result.set_duplicates(2);
  QuarantineResult::Refused& refused = *result.add_refused();
  refused.set_reason(edge::v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
  refused.set_count(3);
  result.add_refused()->set_reason(static_cast<edge::v1::RejectedRequest::Reason>(99));
  result.set_discarded(4);
  result.set_unreadable(5);
  result.set_remaining(6);
  result.set_error("the log did not take a request");
  AnsweringEdge edge(env_.quarantine_calls, "edgeNodes/a", result);
  FC_ASSERT_OK_AND_ASSIGN(const auto edges, Go());
  ASSERT_THAT(edges, SizeIs(1));
  EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_INCOMPLETE);
  EXPECT_EQ(edges[0].error(), "the log did not take a request");
  EXPECT_EQ(edges[0].released(), 1u);
  EXPECT_EQ(edges[0].duplicates(), 2u);
  ASSERT_THAT(edges[0].refused(), SizeIs(2));
  EXPECT_EQ(edges[0].refused(0).reason(), "SIGNATURE_MISMATCH");
  EXPECT_EQ(edges[0].refused(0).count(), 3u);
  EXPECT_EQ(edges[0].refused(1).reason(), "REASON 99");
  EXPECT_EQ(edges[0].discarded(), 4u);
  EXPECT_EQ(edges[0].unreadable(), 5u);
  EXPECT_EQ(edges[0].remaining(), 6u);
}

TEST_F(QuarantineRoundTest, ToReleaseAndToVerifyNeedsTheConfigurationOfNow) {
  AddApp();
  AddNode("a");
  for (const auto mode : {ReleaseQuarantine::MODE_RELEASE, ReleaseQuarantine::MODE_VERIFY}) {
    AnsweringEdge edge(env_.quarantine_calls, "edgeNodes/a", {});
    FC_ASSERT_OK(Go(mode));
    EXPECT_EQ(edge.question().hook_id(), kApp);
    EXPECT_EQ(edge.question().mode(), mode);
    EXPECT_EQ(edge.question().config_version(), env_.ConfigVersion());
  }
}

TEST_F(QuarantineRoundTest, ToDiscardNeedsNoConfiguration) {
  AddApp();
  AddNode("a");
  AnsweringEdge edge(env_.quarantine_calls, "edgeNodes/a", {});
  FC_ASSERT_OK(Go(ReleaseQuarantine::MODE_DISCARD));
  EXPECT_EQ(edge.question().mode(), ReleaseQuarantine::MODE_DISCARD);
  EXPECT_EQ(edge.question().config_version(), 0);
}

TEST_F(QuarantineRoundTest, AnEdgeThatGoesWhileItIsAskedIsNamed) {
  AddApp();
  AddNode("a");
  auto session = std::make_unique<QuarantineCalls::Session>(env_.quarantine_calls, "edgeNodes/a");
  session->Open();
  std::thread edge([&] {
    while (session->TakeQuestions(1000).empty()) std::this_thread::yield();
    session.reset();
  });
  FC_ASSERT_OK_AND_ASSIGN(const auto edges, Go());
  edge.join();
  ASSERT_THAT(edges, SizeIs(1));
  EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_NO_ANSWER);
  EXPECT_THAT(edges[0].error(), HasSubstr("connection ended"));
}

TEST_F(QuarantineRoundTest, AnAppWithoutAQuarantineIsRefusedWithWhatToDo) {
  AddApp(/*with_quarantine=*/false);
  AddNode("a");
  EXPECT_THAT(Go().status(),
              StatusIs(StatusCode::kFailedPrecondition, AllOf(HasSubstr("name: "), HasSubstr(kApp),
                                                              HasSubstr("set its quarantine"))));
}

TEST_F(QuarantineRoundTest, AGroupWithoutNodesIsNamed) {
  AddApp();
  EXPECT_THAT(Go().status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(ApiEnvironment::kGroup), HasSubstr("no edge nodes"))));
}

TEST_F(QuarantineRoundTest, TheAppMustBeThere) {
  EXPECT_THAT(Go().status(), StatusIs(StatusCode::kNotFound, HasSubstr(kApp)));
  EXPECT_THAT(Go(ReleaseQuarantine::MODE_RELEASE, "crm").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("name: \"crm\"")));
}

TEST_F(QuarantineRoundTest, WhenTooManyAreUnderWayNoMoreAreTaken) {
  AddApp();
  AddNode("a");
  std::vector<std::unique_ptr<QuarantineCalls::Call>> others;
  for (size_t i = 0; i < QuarantineCalls::kMaxCalls; ++i) {
    others.push_back(env_.quarantine_calls.Begin({}, {}).value());
  }
  EXPECT_THAT(Go().status(), StatusIs(StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace fluxcascade
