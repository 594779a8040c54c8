#include "controlplane/ingest/quarantine_calls.h"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using edge::v1::QuarantineResult;
using edge::v1::ReleaseQuarantine;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = QuarantineAnswer::Kind;

constexpr char kOne[] = "edgeNodes/one";
constexpr char kTwo[] = "edgeNodes/two";
constexpr int64_t kVersion = 7;

class QuarantineCallsTest : public testing::Test {
 protected:
  std::unique_ptr<QuarantineCalls::Session> Connect(const std::string& node) {
    auto session = std::make_unique<QuarantineCalls::Session>(calls_, node);
    session->Open();
    return session;
  }

  absl::StatusOr<std::unique_ptr<QuarantineCalls::Call>> TryBegin(
      const std::vector<std::string>& nodes) {
    ReleaseQuarantine question;
    question.set_hook_id("hook-1");
    question.set_mode(ReleaseQuarantine::MODE_VERIFY);
    question.set_config_version(kVersion);
    return calls_.Begin(nodes, question);
  }
  std::unique_ptr<QuarantineCalls::Call> Begin(const std::vector<std::string>& nodes) {
    return TryBegin(nodes).value();
  }

  // The one question that waits for the session's edge.
  static ReleaseQuarantine Take(QuarantineCalls::Session& session) {
    const std::vector<ReleaseQuarantine> questions = session.TakeQuestions(kVersion);
    EXPECT_THAT(questions, SizeIs(1));
    return questions.empty() ? ReleaseQuarantine() : questions[0];
  }
  static bool Answer(QuarantineCalls::Session& session, const ReleaseQuarantine& question,
                     uint64_t released) {
    QuarantineResult result;
    result.set_request_id(question.request_id());
    result.set_released(released);
    return session.OnResult(result);
  }
  static QuarantineAnswer OnlyAnswer(QuarantineCalls::Call& call) {
    const std::vector<QuarantineAnswer> answers = call.Wait();
    EXPECT_THAT(answers, SizeIs(1));
    return answers.empty() ? QuarantineAnswer() : answers[0];
  }

  FakeClock clock_;
  FakeRandom random_;
  QuarantineCalls calls_{clock_, random_};
};

TEST_F(QuarantineCallsTest, AnAnswerComesBackToTheCall) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  const ReleaseQuarantine question = Take(*session);
  EXPECT_EQ(question.hook_id(), "hook-1");
  EXPECT_EQ(question.mode(), ReleaseQuarantine::MODE_VERIFY);
  EXPECT_EQ(question.config_version(), kVersion);
  EXPECT_THAT(question.request_id(), SizeIs(22));
  EXPECT_TRUE(Answer(*session, question, 3));
  const QuarantineAnswer answer = OnlyAnswer(*call);
  EXPECT_EQ(answer.kind, Kind::kAnswered);
  EXPECT_EQ(answer.node, kOne);
  EXPECT_EQ(answer.result.released(), 3u);
  EXPECT_EQ(answer.reason, "");
}

TEST_F(QuarantineCallsTest, AnAnswerWakesTheThreadThatWaits) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  const ReleaseQuarantine question = Take(*session);
  std::thread edge([&] { Answer(*session, question, 3); });
  EXPECT_EQ(OnlyAnswer(*call).result.released(), 3u);
  edge.join();
}

TEST_F(QuarantineCallsTest, EveryNodeHasItsAnswerInTheOrderOfTheNodes) {
  const auto one = Connect(kOne);
  const auto two = Connect(kTwo);
  const auto call = Begin({kOne, "edgeNodes/absent", kTwo});
  const ReleaseQuarantine of_two = Take(*two);
  const ReleaseQuarantine of_one = Take(*one);
  Answer(*two, of_two, 2);
  Answer(*one, of_one, 1);
  const std::vector<QuarantineAnswer> answers = call->Wait();
  ASSERT_THAT(answers, SizeIs(3));
  EXPECT_EQ(answers[0].result.released(), 1u);
  EXPECT_EQ(answers[1].node, "edgeNodes/absent");
  EXPECT_EQ(answers[1].kind, Kind::kNotAsked);
  EXPECT_THAT(answers[1].reason, HasSubstr("not connected"));
  EXPECT_EQ(answers[2].result.released(), 2u);
}

TEST_F(QuarantineCallsTest, AQuestionIsHandedOutOnce) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  Take(*session);
  EXPECT_THAT(session->TakeQuestions(kVersion), IsEmpty());
}

TEST_F(QuarantineCallsTest, AQuestionWaitsUntilItsConfigurationWasSent) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  EXPECT_THAT(session->TakeQuestions(kVersion - 1), IsEmpty());
  EXPECT_THAT(session->TakeQuestions(kVersion + 1), SizeIs(1));
}

TEST_F(QuarantineCallsTest, AnEdgeThatHasNotSaidHelloIsNotConnected) {
  QuarantineCalls::Session session(calls_, kOne);
  EXPECT_THAT(OnlyAnswer(*Begin({kOne})).reason, HasSubstr("not connected"));
}

TEST_F(QuarantineCallsTest, WhatWasNotSentInTimeIsNeverSent) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  clock_.Advance(QuarantineCalls::kAskTimeout);
  EXPECT_THAT(session->TakeQuestions(kVersion), IsEmpty());
  const QuarantineAnswer answer = OnlyAnswer(*call);
  EXPECT_EQ(answer.kind, Kind::kNotAsked);
  EXPECT_THAT(answer.reason, HasSubstr("configuration 7 could not be sent"));
  EXPECT_THAT(answer.reason, HasSubstr("within 10s"));
}

TEST_F(QuarantineCallsTest, AQuestionCanBeSentUntilTheLastMoment) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  clock_.Advance(QuarantineCalls::kAskTimeout - absl::Nanoseconds(1));
  Answer(*session, Take(*session), 3);
  EXPECT_EQ(OnlyAnswer(*call).kind, Kind::kAnswered);
}

TEST_F(QuarantineCallsTest, AnEdgeThatDoesNotAnswerInTimeIsSaidToHaveBeenAsked) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  const ReleaseQuarantine question = Take(*session);
  clock_.Advance(QuarantineCalls::kAnswerTimeout);
  const QuarantineAnswer answer = OnlyAnswer(*call);
  EXPECT_EQ(answer.kind, Kind::kNoAnswer);
  EXPECT_THAT(answer.reason, HasSubstr("did not answer within 1m"));
  EXPECT_FALSE(Answer(*session, question, 3)) << "nobody waits for it";
}

TEST_F(QuarantineCallsTest, AnAnswerCountsUntilTheLastMoment) {
  const auto session = Connect(kOne);
  const auto call = Begin({kOne});
  const ReleaseQuarantine question = Take(*session);
  clock_.Advance(QuarantineCalls::kAnswerTimeout - absl::Nanoseconds(1));
  EXPECT_TRUE(Answer(*session, question, 3));
  EXPECT_EQ(OnlyAnswer(*call).kind, Kind::kAnswered);
}

TEST_F(QuarantineCallsTest, AnAnswerToACallThatIsOverIsPassedOver) {
  const auto session = Connect(kOne);
  auto call = Begin({kOne});
  const ReleaseQuarantine question = Take(*session);
  call.reset();
  EXPECT_FALSE(Answer(*session, question, 3));
}

TEST_F(QuarantineCallsTest, ASessionsEndAnswersAtOnce) {
  auto session = Connect(kOne);
  const auto asked = Begin({kOne});
  Take(*session);
  const auto waiting = Begin({kOne});
  session.reset();
  const QuarantineAnswer of_asked = OnlyAnswer(*asked);
  EXPECT_EQ(of_asked.kind, Kind::kNoAnswer);
  EXPECT_THAT(of_asked.reason, HasSubstr("connection ended before it answered"));
  const QuarantineAnswer of_waiting = OnlyAnswer(*waiting);
  EXPECT_EQ(of_waiting.kind, Kind::kNotAsked);
  EXPECT_THAT(of_waiting.reason, HasSubstr("connection ended before it was asked"));
  EXPECT_THAT(OnlyAnswer(*Begin({kOne})).reason, HasSubstr("not connected"));
}

TEST_F(QuarantineCallsTest, ASessionsEndWakesTheThreadThatWaits) {
  auto session = Connect(kOne);
  const auto call = Begin({kOne});
  Take(*session);
  std::thread stream([&] { session.reset(); });
  EXPECT_EQ(OnlyAnswer(*call).kind, Kind::kNoAnswer);
  stream.join();
}

TEST_F(QuarantineCallsTest, QuestionsGoToTheNewestSessionAndTheOldOnesEndTakesNoneAlong) {
  auto old_session = Connect(kOne);
  const auto new_session = Connect(kOne);
  const auto call = Begin({kOne});
  EXPECT_THAT(old_session->TakeQuestions(kVersion), IsEmpty());
  const ReleaseQuarantine question = Take(*new_session);
  EXPECT_FALSE(Answer(*old_session, question, 9)) << "it was not asked";
  old_session.reset();
  EXPECT_TRUE(Answer(*new_session, question, 3));
  EXPECT_EQ(OnlyAnswer(*call).result.released(), 3u);
  const auto next = Begin({kOne});
  Answer(*new_session, Take(*new_session), 4);
  EXPECT_EQ(OnlyAnswer(*next).result.released(), 4u) << "the node is still connected";
}

TEST_F(QuarantineCallsTest, SoManyCallsAndNoMoreAreUnderWayAtOnce) {
  const auto session = Connect(kOne);
  std::vector<std::unique_ptr<QuarantineCalls::Call>> calls;
  for (size_t i = 0; i < QuarantineCalls::kMaxCalls; ++i) calls.push_back(Begin({kOne}));
  EXPECT_THAT(TryBegin({kOne}).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("16 releases")));
  calls.pop_back();
  FC_EXPECT_OK(TryBegin({kOne}).status());
}

TEST_F(QuarantineCallsTest, EachQuestionHasAnIdOfItsOwn) {
  const auto session = Connect(kOne);
  const auto one = Begin({kOne});
  const auto other = Begin({kOne});
  std::set<std::string> ids;
  for (const ReleaseQuarantine& question : session->TakeQuestions(kVersion)) {
    ids.insert(question.request_id());
  }
  EXPECT_THAT(ids, SizeIs(2));
}

}  // namespace
}  // namespace fluxcascade
