// What a log in RocksDB keeps for its consumers, and for how long.
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/log_codec.h"
#include "edge/log/rocks_event_log_fixture_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

class RocksEventLogRetentionTest : public RocksEventLogFixture {};

TEST_F(RocksEventLogRetentionTest, AcknowledgedRequestsStayForTheirTime) {
  Open();
  Append({"a", "b"});
  Acknowledge(1);
  clock_.Advance(absl::Hours(72) - absl::Seconds(1));
  RetentionStep();
  EXPECT_EQ(First(), 1u);
  clock_.Advance(absl::Hours(1) + absl::Seconds(1));
  RetentionStep();
  EXPECT_EQ(First(), 2u);
}

TEST_F(RocksEventLogRetentionTest, HowLongAgoTheyWereAcknowledgedSurvivesARestart) {
  Open();
  Append({"a"});
  Acknowledge(1);
  clock_.Advance(absl::Hours(71));
  RetentionStep();
  EXPECT_EQ(First(), 1u);
  Open();
  clock_.Advance(absl::Hours(2));
  RetentionStep();
  EXPECT_EQ(First(), 2u);
}

TEST_F(RocksEventLogRetentionTest, RequestsThatNobodyAcknowledgedStayForEver) {
  options_.retention.max_bytes = 0;
  Open();
  Append({"a"});
  clock_.Advance(absl::Hours(24 * 365));
  EXPECT_FALSE(RetentionStep());
  EXPECT_EQ(BodiesFrom(After(0)), "a");
}

TEST_F(RocksEventLogRetentionTest, AcknowledgedRequestsStayUpToTheirBytes) {
  Open();
  Append({"a", "b", "c", "d"});
  options_.retention.max_bytes = log_->State().bytes() / 2;
  Open();
  Acknowledge(4);
  RetentionStep();
  EXPECT_EQ(BodiesFrom(After(2)), "c d");
  EXPECT_EQ(First(), 3u);
}

TEST_F(RocksEventLogRetentionTest, WhatOneConsumerHasNotAcknowledgedStaysForIt) {
  options_.further_consumers = {"standby"};
  options_.retention.max_bytes = 0;
  Open();
  Append({"a", "b", "c"});
  Acknowledge(3);
  RetentionStep();
  EXPECT_EQ(BodiesFrom(After(0)), "a b c");
  AcknowledgeAs("standby", 2);
  RetentionStep();
  EXPECT_EQ(First(), 3u);
  AcknowledgeAs("standby", 3);
  RetentionStep();
  EXPECT_EQ(First(), 4u);
}

TEST_F(RocksEventLogRetentionTest, EachConsumersPositionSurvivesARestart) {
  options_.further_consumers = {"standby", "archive"};
  Open();
  Append({"a", "b", "c"});
  Acknowledge(3);
  AcknowledgeAs("standby", 1);
  AcknowledgeAs("archive", 2);
  RetentionStep();
  Open();
  EXPECT_EQ(Positions(), "primary 3 -0, standby 1 -2, archive 2 -1");
  options_.retention.max_bytes = 0;
  Open();
  RetentionStep();
  EXPECT_EQ(First(), 2u);
  EXPECT_EQ(Positions(), "primary 3 -0, standby 1 -2, archive 2 -1");
}

TEST_F(RocksEventLogRetentionTest, WhatWasAcknowledgedSinceTheLastStepSurvivesAStop) {
  options_.further_consumers = {"standby"};
  Open();
  Append({"a", "b", "c"});
  Acknowledge(3);
  AcknowledgeAs("standby", 2);
  Open();
  EXPECT_EQ(Positions(), "primary 3 -0, standby 2 -1");
}

TEST_F(RocksEventLogRetentionTest, AConsumerThatIsNotNamedAnyMoreHoldsNothingBackAndIsForgotten) {
  options_.further_consumers = {"standby"};
  options_.retention.max_bytes = 0;
  Open();
  Append({"a", "b", "c"});
  AcknowledgeAs("standby", 1);
  Acknowledge(2);
  RetentionStep();
  options_.further_consumers = {};
  Open();
  RetentionStep();
  EXPECT_EQ(First(), 3u);
  EXPECT_EQ(Positions(), "primary 2 -1");
  // Named again it begins anew, with all that there is.
  options_.further_consumers = {"standby"};
  Open();
  EXPECT_EQ(Positions(), "primary 2 -1, standby 0 -1");
}

TEST_F(RocksEventLogRetentionTest, ALogFromBeforeThereWereConsumersOpensAndANewOneNeedsAllOfIt) {
  options_.retention.max_bytes = 0;
  Open();
  Append({"a", "b", "c"});
  Acknowledge(1);
  RetentionStep();
  Acknowledge(3);
  options_.further_consumers = {"standby"};
  Open();
  EXPECT_EQ(Positions(), "primary 3 -0, standby 0 -2");
  RetentionStep();
  EXPECT_EQ(BodiesFrom(After(1)), "b c");
}

TEST_F(RocksEventLogRetentionTest, AConsumerThatLagsTooFarIsLeftBehindAndRefusesNobody) {
  const uint64_t size = RecordSize(Seal(RequestWithBody("a")).bytes.size());
  options_.further_consumers = {"standby"};
  options_.max_unacknowledged_bytes = 2 * size;
  options_.retention.max_bytes = 0;
  Open();
  Append({"a", "b"});
  Acknowledge(2);
  RetentionStep();
  EXPECT_EQ(BodiesFrom(After(0)), "a b") << "as much as may be kept for it";
  FC_EXPECT_OK(TryToAppend("c"));
  RetentionStep();
  EXPECT_EQ(BodiesFrom(After(0)), "error: REASON_BEFORE_FIRST") << "and it is told so";
  EXPECT_EQ(BodiesFrom(After(1)), "b c");
  EXPECT_EQ(log_->Consumers()[1].lost_requests, 1u);
  EXPECT_EQ(Positions(), "primary 2 -1, standby 0 -2");
}

TEST_F(RocksEventLogRetentionTest, ConsumersWithBadNamesAreRefused) {
  options_.further_consumers = {"primary"};
  EXPECT_THAT(RocksEventLog::Open(options_, clock_, random_).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("'primary'")));
}

TEST_F(RocksEventLogRetentionTest, AStepTrimsOnlySoMuchAndSaysThatThereIsMore) {
  Open();
  Append({"a", "b", "c"});
  options_.retention.max_step_bytes = log_->State().bytes() / 3;
  options_.retention.max_bytes = 0;
  Open();
  Acknowledge(3);
  EXPECT_TRUE(RetentionStep());
  EXPECT_EQ(First(), 2u);
  EXPECT_TRUE(RetentionStep());
  EXPECT_FALSE(RetentionStep());
  EXPECT_EQ(First(), 4u);
  EXPECT_FALSE(RetentionStep());
}

}  // namespace
}  // namespace fluxcascade::edge
