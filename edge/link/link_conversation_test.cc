#include "edge/link/link_conversation.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/crypto/keyring.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/time/fake_clock.h"
#include "edge/log/fake_event_log.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Property;

class LinkConversationTest : public testing::Test {
 protected:
  void Append(std::string body) {
    v1::LoggedRequest request;
    request.set_body(std::move(body));
    log_.Append(std::move(request), [](absl::StatusOr<uint64_t>) {});
  }

  static v1::ConnectResponse ConfigOf(int64_t version, int hooks) {
    v1::ConnectResponse message;
    message.mutable_config()->set_version(version);
    for (int i = 0; i < hooks; ++i) {
      v1::Hook* hook = message.mutable_config()->add_hooks();
      hook->set_id(absl::StrCat("hook-", i));
      hook->set_token(absl::StrCat(std::string(21, 'A' + i), "A"));
      hook->set_public_url("https://hooks.example.com/h");
      *hook->add_required() = Basic("password", "hook:not-a-secret");
    }
    return message;
  }

  v1::ConnectResponse PullAfter(uint64_t after, uint32_t wait_ms) {
    v1::ConnectResponse message;
    v1::Pull* pull = message.mutable_pull();
    pull->set_log_id(log_.State().log_id());
    pull->set_after(after);
    pull->set_max_bytes(1 << 20);
    pull->set_wait_ms(wait_ms);
    return message;
  }

  void Receive(const v1::ConnectResponse& message) {
    conversation_.Receive(message, now_, wall_time_);
  }

  LinkConversation::Turn Turn() { return conversation_.TakeTurn(now_, wall_time_); }

  // Of the next turn, those of the kind.
  std::vector<v1::ConnectRequest> TurnOf(v1::ConnectRequest::MessageCase kind) {
    std::vector<v1::ConnectRequest> found;
    for (v1::ConnectRequest& message : Turn().messages) {
      if (message.message_case() == kind) found.push_back(std::move(message));
    }
    return found;
  }
  std::vector<v1::ConnectRequest> Batches() { return TurnOf(v1::ConnectRequest::kBatch); }

  // The answer to `config`.
  v1::ConfigResult ResultOf(const v1::ConnectResponse& config) {
    Receive(config);
    const auto results = TurnOf(v1::ConnectRequest::kConfigResult);
    EXPECT_EQ(results.size(), 1);
    return results.empty() ? v1::ConfigResult() : results[0].config_result();
  }

  void Reject(absl::string_view address) {
    rejections_.Add({.hook_id = "hook", .remote_address = address, .time = wall_time_});
  }

  absl::Duration now_ = absl::Hours(1);
  const absl::Time wall_time_ = absl::FromUnixSeconds(1767225600);
  FakeEventLog log_{"fa4efa4efa4efa4efa4efa4efa4efa4e", {"standby"}};
  ServedConfig config_{1000, std::nullopt};
  RejectionRing rejections_{{.entries = 1000, .entries_of_a_hook = 2}};
  EdgeCounters counters_;
  FakeClock clock_;
  LimitedLog notices_{clock_, {.lines = 2}};
  FakeRandom random_;
  Quarantine quarantine_{
      {.folder = absl::StrCat(testing::TempDir(), "/",
                              testing::UnitTest::GetInstance()->current_test_info()->name()),
       .max_bytes = 1 << 20},
      *Keyring::Parse(Keyring::NewKeyLine("k1", random_), random_),
      {.hooks = config_.hooks(), .log = log_, .notices = notices_, .clock = clock_}};
  HttpStats http_;
  absl::Status certificates_;
  std::vector<uint64_t> committed_;
  std::vector<v1::ConsumerState> consumers_;

  LinkedEdge Linked(absl::string_view consumer) {
    return {.log = log_,
            .consumer = std::string(consumer),
            .config = config_,
            .rejections = rejections_,
            .counters = counters_,
            .notices = notices_,
            .quarantine = &quarantine_,
            .committed = CommittedFor(consumer),
            .consumers = [this] { return consumers_; },
            .http = [this] { return http_; },
            .certificates = [this] { return certificates_; },
            .version = "1.2.3"};
  }
  std::function<void(uint64_t)> CommittedFor(absl::string_view consumer) {
    if (consumer != kPrimaryConsumer) return nullptr;
    return [this](uint64_t through) { committed_.push_back(through); };
  }
  LinkConversation conversation_{Linked(kPrimaryConsumer)};
  LinkConversation standby_{Linked("standby")};
};

TEST_F(LinkConversationTest, TheHelloSaysWhatTheEdgeIsAndHas) {
  Append("a");
  v1::Hello hello = conversation_.Hello().hello();
  EXPECT_EQ(hello.version(), "1.2.3");
  EXPECT_EQ(hello.config_version(), 0);
  EXPECT_EQ(hello.log().log_id(), log_.State().log_id());
  EXPECT_EQ(hello.log().next_sequence(), 2);
  Receive(ConfigOf(5, 1));
  EXPECT_EQ(conversation_.Hello().hello().config_version(), 5);
}

TEST_F(LinkConversationTest, AConfigurationIsServedAndThenAnswered) {
  const v1::ConfigResult result = ResultOf(ConfigOf(5, 2));
  EXPECT_EQ(result.version(), 5);
  EXPECT_EQ(result.error(), "");
  EXPECT_EQ(config_.hooks().Get()->size(), 2);
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kConfigResult), IsEmpty()) << "answered once";
}

TEST_F(LinkConversationTest, AnAppliedConfigurationFillsNoRateLimitsBucket) {
  v1::ConnectResponse config = ConfigOf(5, 1);
  v1::Hook& hook = *config.mutable_config()->mutable_hooks(0);
  hook.mutable_rate_limit()->set_requests_per_second(1);
  Receive(config);
  EXPECT_TRUE(config_.hooks().Get()->Find(hook.token(), wall_time_)->rate->Take(now_));
  config.mutable_config()->set_version(6);
  Receive(config);
  ASSERT_EQ(config_.hooks().Get()->version(), 6);
  EXPECT_FALSE(config_.hooks().Get()->Find(hook.token(), wall_time_)->rate->Take(now_));
}

TEST_F(LinkConversationTest, ABadConfigurationIsRefusedAndTheOldOneStays) {
  Receive(ConfigOf(5, 2));
  Turn();
  v1::ConnectResponse bad = ConfigOf(6, 3);
  bad.mutable_config()->mutable_hooks(2)->clear_required();
  const v1::ConfigResult result = ResultOf(bad);
  EXPECT_EQ(result.version(), 6);
  EXPECT_THAT(result.error(), HasSubstr("hooks[2]"));
  EXPECT_EQ(config_.hooks().Get()->version(), 5);
  EXPECT_EQ(ResultOf(ConfigOf(6, 1)).error(), "") << "the number may be used again";
}

TEST_F(LinkConversationTest, AConfigurationThatIsServedAlreadyIsAnsweredAsApplied) {
  Receive(ConfigOf(5, 2));
  Turn();
  EXPECT_EQ(ResultOf(ConfigOf(5, 2)).error(), "");
  EXPECT_EQ(config_.hooks().Get()->size(), 2);
}

TEST_F(LinkConversationTest, OtherContentsOfTheSameVersionAreServedBeforeTheyAreCalledApplied) {
  Receive(ConfigOf(5, 2));
  Turn();
  EXPECT_EQ(ResultOf(ConfigOf(5, 1)).error(), "");
  EXPECT_EQ(config_.hooks().Get()->size(), 1);
  v1::ConnectResponse bad = ConfigOf(5, 3);
  bad.mutable_config()->mutable_hooks(2)->clear_required();
  EXPECT_THAT(ResultOf(bad).error(), HasSubstr("hooks[2]"));
  EXPECT_EQ(config_.hooks().Get()->size(), 1);
}

TEST_F(LinkConversationTest, ABadConfigurationThatIsSentAgainAndAgainFillsNoDisk) {
  v1::ConnectResponse bad = ConfigOf(1, 1);
  bad.mutable_config()->mutable_hooks(0)->set_id("");
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) EXPECT_THAT(ResultOf(bad).error(), HasSubstr("hooks[0].id"));
  const std::string written = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 2) << written;
}

TEST_F(LinkConversationTest, AnOlderConfigurationIsRefused) {
  Receive(ConfigOf(5, 2));
  Turn();
  EXPECT_EQ(ResultOf(ConfigOf(4, 1)).error(),
            "version 4 is below version 5, which this edge serves");
  EXPECT_EQ(config_.hooks().Get()->version(), 5);
}

TEST_F(LinkConversationTest, AConfigurationIsAppliedAndAnsweredInTheSameTurnAsItsStatus) {
  Turn();
  Receive(ConfigOf(5, 1));
  const std::vector<v1::ConnectRequest> messages = Turn().messages;
  ASSERT_EQ(messages.size(), 2);
  EXPECT_EQ(messages[0].config_result().version(), 5);
  const v1::ConfigState& state = messages[1].status().config_state();
  EXPECT_EQ(state.source(), v1::ConfigState::SOURCE_CONTROL_PLANE);
  EXPECT_EQ(FromProto(state.receive_time()), wall_time_);
  EXPECT_EQ(state.no_copy_reason(), "it has no key to keep a copy with");
}

TEST_F(LinkConversationTest, TheHelloSaysWhereTheConfigurationIsFrom) {
  EXPECT_EQ(conversation_.Hello().hello().config_state().source(),
            v1::ConfigState::SOURCE_UNSPECIFIED);
  Receive(ConfigOf(5, 1));
  EXPECT_EQ(conversation_.Hello().hello().config_state().source(),
            v1::ConfigState::SOURCE_CONTROL_PLANE);
}

TEST_F(LinkConversationTest, APullIsAnsweredAtOnceWhenThereIsSomething) {
  Append("a");
  Append("b");
  Receive(PullAfter(0, 60000));
  const auto batches = Batches();
  ASSERT_EQ(batches.size(), 1);
  EXPECT_EQ(batches[0].batch().log_id(), log_.State().log_id());
  EXPECT_EQ(batches[0].batch().log().next_sequence(), 3);
  ASSERT_EQ(batches[0].batch().requests_size(), 2);
  EXPECT_EQ(batches[0].batch().requests(1).body(), "b");
  EXPECT_THAT(Batches(), IsEmpty()) << "one answer for one pull";
}

TEST_F(LinkConversationTest, APullWaitsForWhatIsAppended) {
  Receive(PullAfter(0, 60000));
  EXPECT_THAT(Batches(), IsEmpty());
  Append("a");
  ASSERT_EQ(Batches().size(), 1);
}

TEST_F(LinkConversationTest, APullIsAnsweredEmptyWhenItsTimeIsUpAndNotBefore) {
  Receive(PullAfter(0, 3000));
  now_ += absl::Milliseconds(2999);
  EXPECT_THAT(Batches(), IsEmpty());
  now_ += absl::Milliseconds(1);
  const auto batches = Batches();
  ASSERT_EQ(batches.size(), 1);
  EXPECT_EQ(batches[0].batch().requests_size(), 0);
}

TEST_F(LinkConversationTest, APullThatMayNotWaitIsAnsweredAtOnce) {
  Receive(PullAfter(0, 0));
  EXPECT_EQ(Batches().size(), 1);
}

TEST_F(LinkConversationTest, NoPullWaitsLongerThanAMinute) {
  Receive(PullAfter(0, 4000000));
  now_ += absl::Minutes(1);
  EXPECT_EQ(Batches().size(), 1);
}

TEST_F(LinkConversationTest, ABatchIsNoLargerThanAskedNorThanTheLimit) {
  for (int i = 0; i < 5; ++i) Append(std::string(1 << 20, 'x'));
  v1::ConnectResponse pull = PullAfter(0, 0);
  pull.mutable_pull()->set_max_bytes(1);
  Receive(pull);
  EXPECT_EQ(Batches()[0].batch().requests_size(), 1) << "one request at least";
  pull.mutable_pull()->set_max_bytes(100 << 20);
  Receive(pull);
  const auto batches = Batches();
  EXPECT_LE(batches[0].ByteSizeLong(), (2 << 20) + 1000);
  EXPECT_LT(batches[0].batch().requests_size(), 3);
}

TEST_F(LinkConversationTest, APullForWhatTheLogDoesNotHaveIsAnError) {
  Append("a");
  Receive(PullAfter(7, 60000));
  const auto errors = TurnOf(v1::ConnectRequest::kPullError);
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].pull_error().reason(), v1::PullError::REASON_PAST_END);
  Append("b");
  EXPECT_THAT(Batches(), IsEmpty()) << "the pull is over";
}

TEST_F(LinkConversationTest, APullOutlastsAFaultThatPasses) {
  Append("a");
  log_.FailReadsWith(absl::UnavailableError("the log is being opened again"));
  Receive(PullAfter(0, 3000));
  EXPECT_THAT(Turn().messages, Each(Property(&v1::ConnectRequest::has_status, true)));
  log_.FailReadsWith(absl::OkStatus());
  now_ += absl::Seconds(1);
  ASSERT_EQ(Batches().size(), 1);
}

TEST_F(LinkConversationTest, TheStatusSaysThatTheLogCanNotBeReadAndWhenItCan) {
  Receive(ConfigOf(1, 1));
  log_.FailReadsWith(absl::UnavailableError("reading the log: IO error"));
  Receive(PullAfter(0, 60000));
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().not_ready_reason(),
            "the log can't be read: reading the log: IO error");
  log_.FailReadsWith(absl::OkStatus());
  now_ += absl::Seconds(5);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().not_ready_reason(), "");
}

TEST_F(LinkConversationTest, AFaultThatOutlastsThePullIsAnEmptyBatchAndNoError) {
  Append("a");
  log_.FailReadsWith(absl::UnavailableError("the log is being opened again"));
  Receive(PullAfter(0, 3000));
  now_ += absl::Milliseconds(2999);
  EXPECT_THAT(Batches(), IsEmpty());
  now_ += absl::Milliseconds(1);
  const auto batches = Batches();
  ASSERT_EQ(batches.size(), 1);
  EXPECT_EQ(batches[0].batch().requests_size(), 0);
  EXPECT_EQ(batches[0].batch().log().next_sequence(), 2);
}

TEST_F(LinkConversationTest, WhateverElseHoldsUpAReadIsAnErrorThatSaysSo) {
  log_.FailReadsWith(absl::DataLossError("request 1 is damaged"));
  Receive(PullAfter(0, 60000));
  const auto errors = TurnOf(v1::ConnectRequest::kPullError);
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].pull_error().reason(), v1::PullError::REASON_DATA_LOSS);
  EXPECT_EQ(errors[0].pull_error().detail(), "request 1 is damaged");
}

TEST_F(LinkConversationTest, APullForAnotherLogIsAnError) {
  v1::ConnectResponse pull = PullAfter(0, 60000);
  pull.mutable_pull()->set_log_id("0123456789abcdef0123456789abcdef");
  Receive(pull);
  const auto errors = TurnOf(v1::ConnectRequest::kPullError);
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].pull_error().reason(), v1::PullError::REASON_LOG_ID_MISMATCH);
}

TEST_F(LinkConversationTest, AnAcknowledgementReachesTheLog) {
  Append("a");
  v1::ConnectResponse ack;
  ack.mutable_ack()->set_log_id(log_.State().log_id());
  ack.mutable_ack()->set_through(1);
  Receive(ack);
  EXPECT_EQ(log_.acknowledged(), 1);
}

// The acknowledgement may have been lost with a stream, or with the edge's process.
TEST_F(LinkConversationTest, WhoeverPullsFromAPositionHasAcknowledgedWhatIsBefore) {
  Append("a");
  Append("b");
  Receive(PullAfter(0, 0));
  const std::vector<v1::ConnectRequest> batches = Batches();
  ASSERT_EQ(batches.size(), 1);
  v1::ConnectResponse pull = PullAfter(2, 1000);
  Receive(pull);
  EXPECT_THAT(Batches(), IsEmpty());
  EXPECT_EQ(log_.acknowledged(), 0) << "without a chain it may not have it";
  pull.mutable_pull()->set_after_chain(batches[0].batch().requests(0).chain());
  Receive(pull);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kPullError).size(), 1);
  EXPECT_EQ(log_.acknowledged(), 0) << "with the chain of another request";

  pull.mutable_pull()->set_after_chain(batches[0].batch().requests(1).chain());
  log_.FailReadsWith(absl::UnavailableError("being reopened"));
  Receive(pull);
  Turn();
  EXPECT_EQ(log_.acknowledged(), 0) << "a log that can't look does not know";
  log_.FailReadsWith(absl::OkStatus());
  Turn();
  EXPECT_EQ(log_.acknowledged(), 2);
  EXPECT_THAT(committed_, ElementsAre(2));
}

TEST_F(LinkConversationTest, WhoeverWaitsForACommitHearsOfIt) {
  Append("a");
  Append("b");
  v1::ConnectResponse message;
  message.mutable_ack()->set_log_id(log_.State().log_id());
  message.mutable_ack()->set_through(1);
  Receive(message);
  EXPECT_THAT(committed_, ElementsAre(1));
  message.mutable_ack()->set_through(3);
  Receive(message);
  message.mutable_ack()->set_through(2);
  message.mutable_ack()->set_log_id("another");
  Receive(message);
  EXPECT_THAT(committed_, ElementsAre(1)) << "beyond the end, and of another log";
}

TEST_F(LinkConversationTest, AnAcknowledgementBeyondTheEndChangesNothing) {
  v1::ConnectResponse ack;
  ack.mutable_ack()->set_log_id(log_.State().log_id());
  ack.mutable_ack()->set_through(1);
  Receive(ack);
  EXPECT_EQ(log_.acknowledged(), 0);
}

TEST_F(LinkConversationTest, AFurtherConsumerPullsAndAcknowledgesForItselfAlone) {
  Append("a");
  Append("b");
  const auto batch = [this] {
    for (v1::ConnectRequest& message : standby_.TakeTurn(now_, wall_time_).messages) {
      if (message.has_batch()) return message.batch();
    }
    return v1::Batch();
  };
  standby_.Receive(PullAfter(1, 0), now_, wall_time_);
  ASSERT_EQ(batch().requests_size(), 1);
  v1::ConnectResponse ack;
  ack.mutable_ack()->set_log_id(log_.State().log_id());
  ack.mutable_ack()->set_through(2);
  standby_.Receive(ack, now_, wall_time_);
  EXPECT_EQ(log_.acknowledged("standby"), 2);
  EXPECT_EQ(log_.acknowledged(), 0);
  EXPECT_THAT(committed_, IsEmpty()) << "nobody waits for its word";
}

TEST_F(LinkConversationTest, AFurtherConsumerGivesNoConfigurationAndAsksForNoRelease) {
  Receive(ConfigOf(5, 1));
  EXPECT_EQ(standby_.Hello().hello().config_version(), 0) << "it has none of it";
  EXPECT_FALSE(standby_.Hello().hello().has_config_state());
  standby_.Receive(ConfigOf(6, 1), now_, wall_time_);
  v1::ConnectResponse release;
  release.mutable_release_quarantine()->set_request_id("r");
  standby_.Receive(release, now_, wall_time_);
  std::string config_error;
  std::string release_error;
  for (const v1::ConnectRequest& message : standby_.TakeTurn(now_, wall_time_).messages) {
    if (message.has_config_result()) config_error = message.config_result().error();
    if (message.has_quarantine_result()) release_error = message.quarantine_result().error();
    EXPECT_FALSE(message.status().has_config_state());
  }
  EXPECT_THAT(config_error, HasSubstr("from its first control plane (--control_plane) alone"));
  EXPECT_THAT(release_error, HasSubstr("only the edge's first control plane"));
  EXPECT_EQ(config_.hooks().Get()->version(), 5);
}

TEST_F(LinkConversationTest, RejectionsAreToldToThePrimaryAlone) {
  Reject("192.0.2.1");
  for (const v1::ConnectRequest& message : standby_.TakeTurn(now_, wall_time_).messages) {
    EXPECT_FALSE(message.has_rejections());
  }
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kRejections).size(), 1);
}

TEST_F(LinkConversationTest, TheStatusTellsOfAllConsumers) {
  consumers_.resize(2);
  consumers_[1].set_name("standby");
  consumers_[1].set_lag_requests(7);
  const v1::Status status = TurnOf(v1::ConnectRequest::kStatus)[0].status();
  ASSERT_EQ(status.consumers_size(), 2);
  EXPECT_EQ(status.consumers(1).name(), "standby");
  EXPECT_EQ(status.consumers(1).lag_requests(), 7);
}

TEST_F(LinkConversationTest, AnUnknownMessageIsPassedOver) {
  Turn();
  Receive(v1::ConnectResponse());
  EXPECT_THAT(Turn().messages, IsEmpty());
}

TEST_F(LinkConversationTest, TheStatusIsSentAtOnceAndThenEveryFiveSeconds) {
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus).size(), 1);
  now_ += absl::Milliseconds(4999);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus).size(), 0);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus).size(), 1);
}

TEST_F(LinkConversationTest, TheStatusCountsAndSaysWhyNothingIsTaken) {
  counters_.accepted = 1;
  counters_.rejected = 2;
  counters_.unavailable = 3;
  counters_.duplicates = 4;
  counters_.rate_limited = 5;
  counters_.local_fallbacks = 6;
  http_.open_connections = 12;
  http_.malformed_requests = 13;
  http_.timed_out_connections = 14;
  http_.failed_handshakes = 15;
  http_.refused_connections = 16;
  http_.refused_bodies = 17;
  http_.late_answers = 18;
  v1::Status status = TurnOf(v1::ConnectRequest::kStatus)[0].status();
  EXPECT_EQ(status.accepted(), 1);
  EXPECT_EQ(status.rejected(), 2);
  EXPECT_EQ(status.unavailable(), 3);
  EXPECT_EQ(status.duplicates(), 4);
  EXPECT_EQ(status.forgotten_ids(), 0);
  EXPECT_EQ(status.rate_limited(), 5);
  EXPECT_EQ(status.local_fallbacks(), 6);
  EXPECT_EQ(status.open_connections(), 12);
  EXPECT_EQ(status.malformed_requests(), 13);
  EXPECT_EQ(status.timed_out_connections(), 14);
  EXPECT_EQ(status.failed_handshakes(), 15);
  EXPECT_EQ(status.refused_connections(), 16);
  EXPECT_EQ(status.refused_bodies(), 17);
  EXPECT_EQ(status.late_answers(), 18);
  EXPECT_EQ(FromProto(status.time()), wall_time_);
  EXPECT_EQ(status.not_ready_reason(), "no configuration yet");

  Receive(ConfigOf(1, 1));
  now_ += absl::Seconds(5);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().not_ready_reason(), "");

  certificates_ = absl::FailedPreconditionError("the certificate in hooks.pem has expired");
  now_ += absl::Seconds(5);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().not_ready_reason(),
            "the certificate in hooks.pem has expired");

  log_.FailWith(absl::ResourceExhaustedError("the log is full"));
  now_ += absl::Seconds(5);
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kStatus)[0].status().not_ready_reason(),
              HasSubstr("the log is full"));
}

TEST_F(LinkConversationTest, RejectionsAreSentTogetherAboutOnceASecond) {
  Turn();
  Reject("192.0.2.1");
  Reject("192.0.2.2");
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kRejections), IsEmpty());
  now_ += absl::Seconds(1);
  const auto sent = TurnOf(v1::ConnectRequest::kRejections);
  ASSERT_EQ(sent.size(), 1);
  EXPECT_EQ(sent[0].rejections().rejections_size(), 2);
  now_ += absl::Seconds(1);
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kRejections), IsEmpty()) << "nothing new";
}

TEST_F(LinkConversationTest, AMessageHoldsAsManyRejectionsAsItMayAndNotOneMore) {
  for (size_t i = 0; i <= LinkConversation::kRejectionsInAMessage; ++i) {
    const std::string hook = absl::StrCat("hook-", i);
    rejections_.Add({.hook_id = hook, .time = wall_time_});
  }
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kRejections)[0].rejections().rejections_size(), 512);
  now_ += absl::Seconds(1);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kRejections)[0].rejections().rejections_size(), 1);
}

TEST_F(LinkConversationTest, TheStatusCountsTheRejectionsThatHadToGo) {
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) Reject(address);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().rejections_dropped(), 1);
}

TEST_F(LinkConversationTest, RejectionsThatCouldNotBeSentAreCounted) {
  Reject("192.0.2.1");
  Reject("192.0.2.1");
  Reject("192.0.2.2");
  for (const v1::ConnectRequest& message : Turn().messages) conversation_.NotSent(message);
  now_ += absl::Seconds(5);
  EXPECT_EQ(TurnOf(v1::ConnectRequest::kStatus)[0].status().rejections_dropped(), 3);
}

TEST_F(LinkConversationTest, AReleaseIsAnsweredOnceTheQuarantineHasDoneIt) {
  v1::ConnectResponse message;
  message.mutable_release_quarantine()->set_request_id("ask-1");
  message.mutable_release_quarantine()->set_hook_id("hook-0");
  message.mutable_release_quarantine()->set_mode(v1::ReleaseQuarantine::MODE_RELEASE);
  Receive(message);
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kQuarantineResult), IsEmpty());
  quarantine_.Work(clock_.Monotonic());
  const auto answers = TurnOf(v1::ConnectRequest::kQuarantineResult);
  ASSERT_EQ(answers.size(), 1);
  EXPECT_EQ(answers[0].quarantine_result().request_id(), "ask-1");
  EXPECT_EQ(answers[0].quarantine_result().error(), "the edge does not serve the hook");
  EXPECT_THAT(TurnOf(v1::ConnectRequest::kQuarantineResult), IsEmpty());
}

TEST_F(LinkConversationTest, AnEdgeWithoutAQuarantineSaysSo) {
  LinkConversation conversation(LinkedEdge{.log = log_,
                                           .config = config_,
                                           .rejections = rejections_,
                                           .counters = counters_,
                                           .notices = notices_});
  v1::ConnectResponse message;
  message.mutable_release_quarantine()->set_request_id("ask-1");
  conversation.Receive(message, now_, wall_time_);
  const LinkConversation::Turn turn = conversation.TakeTurn(now_, wall_time_);
  ASSERT_FALSE(turn.messages.empty());
  EXPECT_EQ(turn.messages[0].quarantine_result().request_id(), "ask-1");
  EXPECT_THAT(turn.messages[0].quarantine_result().error(), HasSubstr("keeps no quarantine"));
}

TEST_F(LinkConversationTest, TheStatusShowsWhatIsInQuarantine) {
  v1::QuarantineRule rule;
  rule.set_max_requests(1);
  rule.set_max_bytes(1 << 20);
  v1::QuarantinedRequest request;
  request.set_hook_id("hook-0");
  *request.mutable_receive_time() = ToProto(wall_time_);
  quarantine_.Keep(request, rule);
  quarantine_.Keep(request, rule);
  quarantine_.Work(clock_.Monotonic());
  const v1::Status status = TurnOf(v1::ConnectRequest::kStatus)[0].status();
  ASSERT_EQ(status.quarantines_size(), 1);
  EXPECT_EQ(status.quarantines(0).hook_id(), "hook-0");
  EXPECT_EQ(status.quarantines(0).requests(), 1);
  EXPECT_EQ(status.quarantines(0).bytes(), 4096);
  EXPECT_EQ(status.quarantines(0).dropped(), 1);
  EXPECT_EQ(FromProto(status.quarantines(0).oldest_receive_time()), wall_time_);
}

TEST_F(LinkConversationTest, TheNextTurnIsWhenSomethingFallsDue) {
  EXPECT_EQ(Turn().next, now_ + absl::Seconds(1));
  Receive(PullAfter(0, 300));
  EXPECT_EQ(Turn().next, now_ + absl::Milliseconds(300));
}

}  // namespace
}  // namespace fluxcascade::edge
