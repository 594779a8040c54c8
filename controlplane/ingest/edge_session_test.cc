#include "controlplane/ingest/edge_session.h"

#include <memory>
#include <string>
#include <vector>

#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/ingest/chain_for_test.h"
#include "controlplane/ingest/edge_node_record.h"
#include "controlplane/ingest/quarantine_calls.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using edge::v1::ConnectRequest;
using edge::v1::ConnectResponse;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kGroup[] = "edgeGroups/main";
constexpr char kNode[] = "edgeGroups/main/edgeNodes/one";
constexpr char kLog[] = "0123456789abcdef0123456789abcdef";
constexpr char kOtherLog[] = "ffffffffffffffffffffffffffffffff";

class EdgeSessionTest : public testing::Test {
 protected:
  EdgeSessionTest() {
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      store::v1::EdgeGroup group;
      group.set_name(kGroup);
      group.set_config_version(3);
      FC_RETURN_IF_ERROR(tx.edge_groups().Insert(group));
      store::v1::EdgeNode node;
      node.set_name(kNode);
      node.set_group(kGroup);
      node.mutable_cursor()->set_log_id(kLog);
      node.mutable_cursor()->set_sequence(5);
      node.mutable_cursor()->set_chain(ChainForTest('5'));
      return tx.edge_nodes().Insert(node);
    }));
  }

  absl::Status Hello(const std::string& log_id, int64_t config_version = 3) {
    ConnectRequest request;
    request.mutable_hello()->set_version("1.2.3");
    request.mutable_hello()->set_config_version(config_version);
    request.mutable_hello()->mutable_log()->set_log_id(log_id);
    request.mutable_hello()->mutable_log()->set_first_sequence(1);
    request.mutable_hello()->mutable_log()->set_next_sequence(7);
    return session_.Handle(request);
  }

  absl::Status ConfigResult(int64_t version, const std::string& error = "") {
    ConnectRequest request;
    request.mutable_config_result()->set_version(version);
    request.mutable_config_result()->set_error(error);
    return session_.Handle(request);
  }

  absl::Status Ready() {
    return store_->Read([&](Transaction& tx) { return CheckEdgesReady(tx, kGroup, clock_.Now()); });
  }

  // The group's one app is of this system.
  void PutApp(const std::string& system) {
    store::v1::App app;
    app.set_name("workspaces/default/apps/a");
    app.set_system(system);
    app.set_edge_group(kGroup);
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      const absl::Status updated = tx.apps().Update(app);
      return absl::IsNotFound(updated) ? tx.apps().Insert(app) : updated;
    }));
  }

  store::v1::EdgeNode Node() {
    store::v1::EdgeNode node;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(node, tx.edge_nodes().Get(kNode));
      return absl::OkStatus();
    }));
    return node;
  }

  // A release that needs configuration `version`.
  std::unique_ptr<QuarantineCalls::Call> AskForRelease(int64_t version) {
    edge::v1::ReleaseQuarantine question;
    question.set_hook_id("workspaces/default/apps/a");
    question.set_config_version(version);
    return quarantine_calls_.Begin({kNode}, question).value();
  }

  // What was sent of one kind, in order.
  std::vector<ConnectResponse> Sent(ConnectResponse::MessageCase kind) {
    std::vector<ConnectResponse> found;
    for (const ConnectResponse& response : sent_) {
      if (response.message_case() == kind) found.push_back(response);
    }
    return found;
  }

  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
  FakeRandom random_;
  ConnectorRegistry connectors_ = MakeConnectorTable({});
  OpenApp open_app_ = [](const store::v1::App&) { return AppIdentity(); };
  Ingestor ingestor_{*store_, connectors_, clock_, random_, [] {}};
  QuarantineCalls quarantine_calls_{clock_, random_};
  std::vector<ConnectResponse> sent_;
  EdgeSession session_{kNode,
                       *store_,
                       connectors_,
                       open_app_,
                       ingestor_,
                       quarantine_calls_,
                       clock_,
                       random_,
                       [] {},
                       {},
                       [this](const ConnectResponse& r) {
                         sent_.push_back(r);
                         return true;
                       }};
};

TEST_F(EdgeSessionTest, AHelloSetsTheStateAndPullsFromTheCursor) {
  FC_ASSERT_OK(Hello(kLog));
  EXPECT_TRUE(Node().connected());
  EXPECT_EQ(Node().version(), "1.2.3");
  EXPECT_EQ(Node().next_sequence(), 7u);
  EXPECT_EQ(Node().log_error(), "");
  ASSERT_THAT(Sent(ConnectResponse::kPull), SizeIs(1));
  const edge::v1::Pull pull = Sent(ConnectResponse::kPull)[0].pull();
  EXPECT_EQ(pull.log_id(), kLog);
  EXPECT_EQ(pull.after(), 5u);
  EXPECT_EQ(pull.after_chain(), ChainForTest('5'));
}

TEST_F(EdgeSessionTest, NothingElseMayComeFirst) {
  ConnectRequest request;
  request.mutable_batch()->set_log_id(kLog);
  EXPECT_THAT(session_.Handle(request), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(EdgeSessionTest, ABatchIsCommittedThenAckedThenTheNextIsPulled) {
  FC_ASSERT_OK(Hello(kLog));
  sent_.clear();
  ConnectRequest request;
  request.mutable_batch()->set_log_id(kLog);
  edge::v1::LoggedRequest& logged = *request.mutable_batch()->add_requests();
  logged.set_sequence(6);
  logged.set_hook_id("workspaces/default/apps/gone");
  SetChains(ChainForTest('5'), *request.mutable_batch());
  FC_ASSERT_OK(session_.Handle(request));
  EXPECT_EQ(Node().cursor().sequence(), 6u);
  ASSERT_THAT(sent_, SizeIs(2));
  EXPECT_EQ(sent_[0].ack().log_id(), kLog);
  EXPECT_EQ(sent_[0].ack().through(), 6u);
  EXPECT_EQ(sent_[1].pull().after(), 6u);
  EXPECT_EQ(sent_[1].pull().after_chain(), logged.chain());
}

TEST_F(EdgeSessionTest, ABatchThatDoesNotFollowIsNotAcked) {
  FC_ASSERT_OK(Hello(kLog));
  sent_.clear();
  ConnectRequest request;
  request.mutable_batch()->set_log_id(kLog);
  request.mutable_batch()->add_requests()->set_sequence(7);
  EXPECT_THAT(session_.Handle(request), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(Node().cursor().sequence(), 5u);
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(EdgeSessionTest, AnotherLogIsNamedAndNotPulled) {
  FC_ASSERT_OK(Hello(kOtherLog));
  EXPECT_THAT(Node().log_error(), HasSubstr("LOG_ID_MISMATCH"));
  EXPECT_THAT(Node().log_error(), HasSubstr(kOtherLog));
  EXPECT_EQ(Node().cursor().log_id(), kLog);
  FC_ASSERT_OK(session_.Tick());
  EXPECT_THAT(Sent(ConnectResponse::kPull), IsEmpty());
}

TEST_F(EdgeSessionTest, APullErrorIsNamedAndStopsPulling) {
  FC_ASSERT_OK(Hello(kLog));
  sent_.clear();
  ConnectRequest request;
  request.mutable_pull_error()->set_reason(edge::v1::PullError::REASON_PAST_END);
  request.mutable_pull_error()->set_detail("asked for what follows 5, the log ends at 3");
  FC_ASSERT_OK(session_.Handle(request));
  EXPECT_EQ(Node().log_error(), "PAST_END: asked for what follows 5, the log ends at 3");
  FC_ASSERT_OK(session_.Tick());
  EXPECT_THAT(Sent(ConnectResponse::kPull), IsEmpty());
}

TEST_F(EdgeSessionTest, AnEdgeWithANewerConfigurationGetsAHigherVersion) {
  FC_ASSERT_OK(Hello(kLog, 9));
  ASSERT_THAT(Sent(ConnectResponse::kConfig), SizeIs(1));
  EXPECT_EQ(Sent(ConnectResponse::kConfig)[0].config().version(), 10);
}

TEST_F(EdgeSessionTest, AnEdgeWithTheSameConfigurationKeepsItsVersion) {
  FC_ASSERT_OK(Hello(kLog, 3));
  ASSERT_THAT(Sent(ConnectResponse::kConfig), SizeIs(1));
  EXPECT_EQ(Sent(ConnectResponse::kConfig)[0].config().version(), 3);
}

TEST_F(EdgeSessionTest, AnEdgeIsReadyOnlyWhenItHasAppliedWhatItWasSent) {
  FC_ASSERT_OK(Hello(kLog, 3));
  EXPECT_THAT(Ready(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kNode)))
      << "an equal version may have other contents";
  EXPECT_EQ(Node().applied_config_version(), 3);
  FC_ASSERT_OK(ConfigResult(3, "no room"));
  EXPECT_THAT(Ready(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no room")));
  FC_ASSERT_OK(ConfigResult(3));
  FC_EXPECT_OK(Ready());
  FC_ASSERT_OK(Hello(kLog, 3));
  EXPECT_THAT(Ready(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(EdgeSessionTest, AConfigurationThatCanNotBeMadeIsNamedAndHoldsUpNothingElse) {
  PutApp("abacus");
  FC_ASSERT_OK(Hello(kLog));
  EXPECT_THAT(Sent(ConnectResponse::kConfig), IsEmpty());
  EXPECT_THAT(Sent(ConnectResponse::kPull), SizeIs(1));
  EXPECT_THAT(Node().config_error(), HasSubstr("workspaces/default/apps/a: "));
  EXPECT_THAT(Node().config_error(), HasSubstr("abacus"));
}

TEST_F(EdgeSessionTest, AConfigurationThatCanNotBeMadeIsLoggedOnce) {
  PutApp("abacus");
  testing::internal::CaptureStderr();
  FC_ASSERT_OK(Hello(kLog));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("no configuration for edge"));
  testing::internal::CaptureStderr();
  FC_ASSERT_OK(session_.Tick());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

TEST_F(EdgeSessionTest, OnceItCanBeMadeTheConfigurationIsSent) {
  PutApp("abacus");
  FC_ASSERT_OK(Hello(kLog));
  PutApp("pipedrive");
  FC_ASSERT_OK(session_.Tick());
  ASSERT_THAT(Sent(ConnectResponse::kConfig), SizeIs(1));
  FC_ASSERT_OK(ConfigResult(3));
  EXPECT_EQ(Node().config_error(), "");
}

TEST_F(EdgeSessionTest, WhatAStatusCountsIsKept) {
  FC_ASSERT_OK(Hello(kLog));
  ConnectRequest request;
  edge::v1::Status& status = *request.mutable_status();
  status.set_accepted(1);
  status.set_rejected(2);
  status.set_unavailable(3);
  status.set_rejections_dropped(4);
  status.set_malformed_requests(5);
  status.set_timed_out_connections(6);
  status.set_failed_handshakes(7);
  status.set_refused_connections(8);
  status.set_open_connections(9);
  status.set_duplicates(10);
  status.set_forgotten_ids(11);
  status.set_rate_limited(12);
  status.set_refused_bodies(13);
  status.set_local_fallbacks(14);
  status.set_late_answers(19);
  status.add_consumers()->set_name("primary");
  edge::v1::ConsumerState& standby = *status.add_consumers();
  standby.set_name("standby");
  standby.set_acknowledged_sequence(15);
  standby.set_lag_requests(16);
  standby.mutable_lag_age()->set_seconds(17);
  standby.set_connected(true);
  standby.set_lost_requests(18);
  FC_ASSERT_OK(session_.Handle(request));
  const store::v1::EdgeNode node = Node();
  EXPECT_EQ(node.counters().accepted(), 1u);
  EXPECT_EQ(node.counters().rejected(), 2u);
  EXPECT_EQ(node.counters().unavailable(), 3u);
  EXPECT_EQ(node.counters().rejections_dropped(), 4u);
  EXPECT_EQ(node.counters().malformed_requests(), 5u);
  EXPECT_EQ(node.counters().timed_out_connections(), 6u);
  EXPECT_EQ(node.counters().failed_handshakes(), 7u);
  EXPECT_EQ(node.counters().refused_connections(), 8u);
  EXPECT_EQ(node.counters().open_connections(), 9u);
  EXPECT_EQ(node.counters().duplicates(), 10u);
  EXPECT_EQ(node.counters().forgotten_ids(), 11u);
  EXPECT_EQ(node.counters().rate_limited(), 12u);
  EXPECT_EQ(node.counters().refused_bodies(), 13u);
  EXPECT_EQ(node.counters().local_fallbacks(), 14u);
  EXPECT_EQ(node.counters().late_answers(), 19u);
  ASSERT_EQ(node.consumers_size(), 2);
  // The fields have the same numbers.
  EXPECT_EQ(node.consumers(1).SerializeAsString(), standby.SerializeAsString());
}

TEST_F(EdgeSessionTest, WhatAStatusSaysOfQuarantinesReplacesWhatWasKnown) {
  FC_ASSERT_OK(Hello(kLog));
  ConnectRequest request;
  edge::v1::QuarantineState& state = *request.mutable_status()->add_quarantines();
  state.set_hook_id("workspaces/default/apps/a");
  state.set_requests(2);
  state.set_bytes(8192);
  state.set_dropped(1);
  *state.mutable_oldest_receive_time() = ToProto(clock_.Now());
  FC_ASSERT_OK(session_.Handle(request));
  FC_ASSERT_OK(session_.Handle(request));
  const store::v1::EdgeNode node = Node();
  ASSERT_THAT(node.quarantines(), SizeIs(1));
  EXPECT_EQ(node.quarantines(0).app(), "workspaces/default/apps/a");
  EXPECT_EQ(node.quarantines(0).requests(), 2u);
  EXPECT_EQ(node.quarantines(0).bytes(), 8192u);
  EXPECT_EQ(node.quarantines(0).dropped(), 1u);
  EXPECT_EQ(FromProto(node.quarantines(0).oldest_receive_time()), clock_.Now());
}

TEST_F(EdgeSessionTest, OfQuarantinesNoMoreAreKeptThanAnEdgeTellsOf) {
  FC_ASSERT_OK(Hello(kLog));
  ConnectRequest request;
  for (int i = 0; i <= kMaxShownQuarantines; ++i) request.mutable_status()->add_quarantines();
  FC_ASSERT_OK(session_.Handle(request));
  EXPECT_THAT(Node().quarantines(), SizeIs(kMaxShownQuarantines));
}

TEST_F(EdgeSessionTest, AQuestionFollowsTheConfigurationThatItNeedsAndItsAnswerComesBack) {
  FC_ASSERT_OK(Hello(kLog, 3));
  const auto call = AskForRelease(4);
  sent_.clear();
  FC_ASSERT_OK(session_.Tick());
  ASSERT_THAT(Sent(ConnectResponse::kReleaseQuarantine), IsEmpty());
  FC_ASSERT_OK(
      store_->Run([](Transaction& tx) -> absl::Status { return BumpConfigVersion(tx, kGroup); }));
  FC_ASSERT_OK(session_.Tick());
  ASSERT_THAT(sent_, SizeIs(2));
  EXPECT_EQ(sent_[0].config().version(), 4);
  EXPECT_EQ(sent_[1].release_quarantine().hook_id(), "workspaces/default/apps/a");

  ConnectRequest answer;
  answer.mutable_quarantine_result()->set_request_id(sent_[1].release_quarantine().request_id());
  answer.mutable_quarantine_result()->set_released(5);
  FC_ASSERT_OK(session_.Handle(answer));
  const std::vector<QuarantineAnswer> answers = call->Wait();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].result.released(), 5u);
}

TEST_F(EdgeSessionTest, AnAnswerThatNobodyWaitsForEndsNothingAndIsLogged) {
  FC_ASSERT_OK(Hello(kLog));
  ConnectRequest late;
  late.mutable_quarantine_result()->set_request_id("of-yesterday");
  late.mutable_quarantine_result()->set_released(17);
  testing::internal::CaptureStderr();
  FC_EXPECT_OK(session_.Handle(late));
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("came too late"), HasSubstr("\"released\":17")));
}

TEST_F(EdgeSessionTest, BeforeItsHelloAnEdgeIsAskedNothing) {
  const std::vector<QuarantineAnswer> answers = AskForRelease(0)->Wait();
  ASSERT_THAT(answers, SizeIs(1));
  EXPECT_EQ(answers[0].kind, QuarantineAnswer::Kind::kNotAsked);
}

TEST_F(EdgeSessionTest, WhereTheEdgeHasItsConfigurationFromIsKept) {
  ConnectRequest hello;
  edge::v1::ConfigState& state = *hello.mutable_hello()->mutable_config_state();
  state.set_source(edge::v1::ConfigState::SOURCE_COPY);
  *state.mutable_receive_time() = ToProto(clock_.Now() - absl::Hours(5));
  FC_ASSERT_OK(session_.Handle(hello));
  EXPECT_EQ(Node().config_source(), store::v1::EdgeNode::CONFIG_SOURCE_COPY);
  EXPECT_EQ(FromProto(Node().config_time()), clock_.Now() - absl::Hours(5));

  ConnectRequest status;
  edge::v1::ConfigState& now = *status.mutable_status()->mutable_config_state();
  now.set_source(edge::v1::ConfigState::SOURCE_CONTROL_PLANE);
  now.set_no_copy_reason("the disk is full");
  FC_ASSERT_OK(session_.Handle(status));
  EXPECT_EQ(Node().config_source(), store::v1::EdgeNode::CONFIG_SOURCE_CONTROL_PLANE);
  EXPECT_FALSE(Node().has_config_time());
  EXPECT_EQ(Node().no_config_copy_reason(), "the disk is full");
}

TEST_F(EdgeSessionTest, ARefusalIsShownWithItsVersionAndWhatIsServedStays) {
  FC_ASSERT_OK(Hello(kLog, 2));
  ConnectRequest request;
  request.mutable_config_result()->set_version(3);
  request.mutable_config_result()->set_error("hooks[0].token must be longer");
  FC_ASSERT_OK(session_.Handle(request));
  EXPECT_EQ(Node().config_error(), "refused configuration 3: hooks[0].token must be longer");
  EXPECT_EQ(Node().applied_config_version(), 2);
}

TEST_F(EdgeSessionTest, AnOlderConfigurationIsReplacedByATick) {
  FC_ASSERT_OK(Hello(kLog));
  FC_ASSERT_OK(session_.Tick());
  EXPECT_THAT(Sent(ConnectResponse::kConfig), SizeIs(1));
  FC_ASSERT_OK(store_->Run([](Transaction& tx) { return BumpConfigVersion(tx, kGroup); }));
  FC_ASSERT_OK(session_.Tick());
  ASSERT_THAT(Sent(ConnectResponse::kConfig), SizeIs(2));
  EXPECT_EQ(Sent(ConnectResponse::kConfig)[1].config().version(), 4);
}

}  // namespace
}  // namespace fluxcascade
