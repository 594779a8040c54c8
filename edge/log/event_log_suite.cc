#include "edge/log/event_log_suite.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/mutex/mutex.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/event_log.h"
#include "edge/log/log_position.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {

using absl::StatusCode;
using testing::SizeIs;

void EventLogSuite::SetUp() { log_ = GetParam().make(); }

absl::StatusOr<uint64_t> EventLogSuite::Append(const std::string& body) {
  return AppendAndWait(*log_, RequestWithBody(body));
}

v1::Pull EventLogSuite::After(uint64_t after, const std::string& after_chain) {
  v1::Pull pull;
  pull.set_log_id(log_->State().log_id());
  pull.set_after(after);
  pull.set_after_chain(after_chain);
  pull.set_max_bytes(kMaxReadBytes);
  return pull;
}

absl::StatusOr<EventLog::ReadResult> EventLogSuite::Read(const v1::Pull& pull) {
  error_.Clear();
  return log_->Read(pull, &error_);
}

std::string EventLogSuite::BodiesAfter(uint64_t after) {
  const absl::StatusOr<EventLog::ReadResult> result = Read(After(after));
  if (!result.ok()) return result.status().ToString();
  return absl::StrJoin(result->requests, " ",
                       [](std::string* out, const v1::LoggedRequest& request) {
                         absl::StrAppend(out, request.body());
                       });
}

v1::PullError::Reason EventLogSuite::ReasonFor(const v1::Pull& pull) {
  const absl::StatusOr<EventLog::ReadResult> result = Read(pull);
  EXPECT_THAT(result, StatusIs(StatusCode::kDataLoss, error_.detail()));
  return error_.reason();
}

namespace {

TEST_P(EventLogSuite, ANewLogIsEmptyAndReady) {
  FC_EXPECT_OK(log_->Ready());
  const v1::LogState state = log_->State();
  EXPECT_THAT(state.log_id(), SizeIs(32));
  EXPECT_EQ(state.first_sequence(), 1u);
  EXPECT_EQ(state.next_sequence(), 1u);
  EXPECT_EQ(state.bytes(), 0u);
  EXPECT_EQ(BodiesAfter(0), "");
}

TEST_P(EventLogSuite, SequencesBeginAtOneAndHaveNoGap) {
  EXPECT_THAT(Append("a"), IsOkAndHolds(1u));
  EXPECT_THAT(Append("b"), IsOkAndHolds(2u));
  EXPECT_THAT(Append("c"), IsOkAndHolds(3u));
  EXPECT_EQ(log_->State().next_sequence(), 4u);
}

TEST_P(EventLogSuite, ARequestIsReadAsItWasWritten) {
  v1::LoggedRequest written = RequestWithBody(std::string("\0\xff{}", 4));
  written.set_query("a=b%20c");
  written.add_verified_by("v3");
  v1::Header* header = written.add_headers();
  header->set_name("x-signature");
  header->set_value("\x80");
  FC_ASSERT_OK(AppendAndWait(*log_, written));
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult result, Read(After(0)));
  ASSERT_THAT(result.requests, SizeIs(1));
  EXPECT_THAT(result.requests[0].chain(), SizeIs(16));
  written.set_sequence(1);
  written.set_chain(result.requests[0].chain());
  EXPECT_EQ(result.requests[0].SerializeAsString(), written.SerializeAsString());
}

TEST_P(EventLogSuite, AReaderGetsWhatComesAfterItsPosition) {
  for (const char* body : {"a", "b", "c"}) FC_ASSERT_OK(Append(body));
  EXPECT_EQ(BodiesAfter(0), "a b c");
  EXPECT_EQ(BodiesAfter(1), "b c");
  EXPECT_EQ(BodiesAfter(3), "");
}

TEST_P(EventLogSuite, ABatchKeepsToItsBytesButHoldsOneAlways) {
  for (const char* body : {"a", "b", "c"}) FC_ASSERT_OK(Append(body));
  v1::Pull pull = After(0);
  pull.set_max_bytes(1);
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult one, Read(pull));
  EXPECT_THAT(one.requests, SizeIs(1));
  pull.set_max_bytes(static_cast<uint32_t>(2 * (one.requests[0].ByteSizeLong() + 2)));
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult two, Read(pull));
  EXPECT_THAT(two.requests, SizeIs(2));
}

TEST_P(EventLogSuite, APullForNoBytesOrTooManyIsRefused) {
  v1::Pull pull = After(0);
  for (const uint32_t bad : {0u, kMaxReadBytes + 1}) {
    pull.set_max_bytes(bad);
    EXPECT_THAT(Read(pull), StatusIs(StatusCode::kInvalidArgument));
    EXPECT_EQ(error_.reason(), v1::PullError::REASON_UNSPECIFIED);
  }
}

TEST_P(EventLogSuite, TheChainOfAPositionIsChecked) {
  for (const char* body : {"a", "b"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult all, Read(After(0)));
  FC_EXPECT_OK(Read(After(1, all.requests[0].chain())));
  FC_EXPECT_OK(Read(After(2, all.requests[1].chain())));
  EXPECT_EQ(ReasonFor(After(1, all.requests[1].chain())), v1::PullError::REASON_DIVERGED);
  EXPECT_EQ(ReasonFor(After(2, all.requests[0].chain())), v1::PullError::REASON_DIVERGED);
}

TEST_P(EventLogSuite, EqualRequestsHaveDifferentChains) {
  for (const char* body : {"a", "a"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult all, Read(After(0)));
  EXPECT_NE(all.requests[0].chain(), all.requests[1].chain());
}

TEST_P(EventLogSuite, APositionOfAnotherLogOrBeyondTheEndIsNamed) {
  FC_ASSERT_OK(Append("a"));
  EXPECT_EQ(ReasonFor(After(2)), v1::PullError::REASON_PAST_END);
  v1::Pull pull = After(1);
  pull.set_log_id("00000000000000000000000000000000");
  EXPECT_EQ(ReasonFor(pull), v1::PullError::REASON_LOG_ID_MISMATCH);
  EXPECT_EQ(error_.log().next_sequence(), 2u);
}

TEST_P(EventLogSuite, TrimmingDropsWhatWasAcknowledgedAndNothingElse) {
  for (const char* body : {"a", "b", "c"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK_AND_ASSIGN(const EventLog::ReadResult all, Read(After(0)));
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 2));
  GetParam().trim(*log_);
  EXPECT_EQ(log_->State().first_sequence(), 3u);
  EXPECT_EQ(BodiesAfter(2), "c");
  EXPECT_EQ(ReasonFor(After(1)), v1::PullError::REASON_BEFORE_FIRST);
  // The chain of the last one trimmed is still known.
  FC_EXPECT_OK(Read(After(2, all.requests[1].chain())));
  EXPECT_EQ(ReasonFor(After(2, all.requests[0].chain())), v1::PullError::REASON_DIVERGED);
}

TEST_P(EventLogSuite, ALogThatIsTrimmedEmptyGoesOnWhereItWas) {
  for (const char* body : {"a", "b", "c"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 3));
  GetParam().trim(*log_);
  EXPECT_EQ(log_->State().first_sequence(), 4u);
  EXPECT_EQ(log_->State().bytes(), 0u);
  EXPECT_EQ(BodiesAfter(3), "");
  EXPECT_THAT(Append("d"), IsOkAndHolds(4u));
  EXPECT_EQ(BodiesAfter(3), "d");
}

TEST_P(EventLogSuite, AnAcknowledgementThatGoesBackChangesNothing) {
  for (const char* body : {"a", "b"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 2));
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 1));
  GetParam().trim(*log_);
  EXPECT_EQ(log_->State().first_sequence(), 3u);
}

TEST_P(EventLogSuite, AnAcknowledgementBeyondTheEndOrOfAnotherLogIsRefused) {
  FC_ASSERT_OK(Append("a"));
  EXPECT_THAT(log_->Acknowledge(log_->State().log_id(), 2), StatusIs(StatusCode::kOutOfRange));
  EXPECT_THAT(log_->Acknowledge("00000000000000000000000000000000", 1),
              StatusIs(StatusCode::kOutOfRange));
  GetParam().trim(*log_);
  EXPECT_EQ(BodiesAfter(0), "a");
}

TEST_P(EventLogSuite, ThePrimaryIsAConsumerOfEveryLogAndNobodyElseIs) {
  for (const char* body : {"a", "b", "c"}) FC_ASSERT_OK(Append(body));
  FC_ASSERT_OK(log_->AcknowledgeAs("primary", log_->State().log_id(), 2));
  const std::vector<ConsumerPosition> consumers = log_->Consumers();
  ASSERT_THAT(consumers, SizeIs(1));
  EXPECT_EQ(consumers[0].name, "primary");
  EXPECT_EQ(consumers[0].acknowledged, 2u);
  EXPECT_EQ(consumers[0].lag_requests, 1u);
  EXPECT_TRUE(consumers[0].oldest_unacknowledged.has_value());
  FC_ASSERT_OK(log_->Acknowledge(log_->State().log_id(), 3));
  EXPECT_EQ(log_->Consumers()[0].lag_requests, 0u);
  EXPECT_FALSE(log_->Consumers()[0].oldest_unacknowledged.has_value());
  EXPECT_THAT(log_->AcknowledgeAs("standby", log_->State().log_id(), 1),
              StatusIs(StatusCode::kNotFound));
}

TEST_P(EventLogSuite, TheListenerHearsOfEachGroupUntilItIsReplaced) {
  Mutex mutex;
  CondVar heard;
  int calls = 0;
  log_->SetAppendListener([&] {
    MutexLock lock(mutex);
    ++calls;
    heard.NotifyOne();
  });
  for (int appended = 1; appended <= 2; ++appended) {
    FC_ASSERT_OK(Append("a"));
    MutexLock lock(mutex);
    while (calls < appended) heard.Wait(mutex);
  }
  log_->SetAppendListener(nullptr);
  // When the second one is done, the log is through with the first.
  for (const char* body : {"b", "c"}) FC_ASSERT_OK(Append(body));
  MutexLock lock(mutex);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace fluxcascade::edge
