#include "edge/log/ack_history.h"

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;

// A full hour.
const absl::Time kStart = absl::FromUnixSeconds(1767225600);

TEST(AckHistoryTest, BeginsWithNothing) {
  const AckHistory history;
  EXPECT_EQ(history.through(), 0u);
  EXPECT_EQ(history.ThroughAsOf(kStart), 0u);
}

TEST(AckHistoryTest, AnAcknowledgementCountsFromTheEndOfItsHour) {
  AckHistory history;
  history.Record(kStart + absl::Minutes(10), 5);
  history.Record(kStart + absl::Minutes(50), 7);
  EXPECT_EQ(history.through(), 7u);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Minutes(59)), 0u);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Minutes(60)), 7u);
}

TEST(AckHistoryTest, EachHourHasItsMark) {
  AckHistory history;
  for (uint64_t hour = 0; hour < 10; ++hour) {
    history.Record(kStart + absl::Hours(static_cast<int>(hour)), 10 * (hour + 1));
  }
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Hours(4)), 40u);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Hours(100)), 100u);
}

TEST(AckHistoryTest, GoingBackChangesNothing) {
  AckHistory history;
  history.Record(kStart, 5);
  history.Record(kStart + absl::Hours(1), 4);
  EXPECT_EQ(history.through(), 5u);
  EXPECT_EQ(history.marks(), 1u);
}

TEST(AckHistoryTest, AClockSetBackLeavesNoMarkInTheFuture) {
  AckHistory history;
  history.Record(kStart + absl::Hours(24 * 365), 5);
  history.Record(kStart, 6);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Minutes(59)), 0u);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Hours(1)), 6u);
}

TEST(AckHistoryTest, ForgetsMarksOfWhatIsTrimmedButNotTheNewest) {
  AckHistory history;
  history.Record(kStart, 5);
  history.Record(kStart + absl::Hours(1), 7);
  history.ForgetThrough(5);
  EXPECT_EQ(history.marks(), 1u);
  history.ForgetThrough(7);
  EXPECT_EQ(history.through(), 7u);
}

TEST(AckHistoryTest, WithTooManyMarksTheOldestCountAsLater) {
  AckHistory history;
  for (uint64_t hour = 0; hour <= AckHistory::kMaxMarks; ++hour) {
    history.Record(kStart + absl::Hours(static_cast<int>(hour)), hour + 1);
    EXPECT_LE(history.marks(), AckHistory::kMaxMarks);
  }
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Hours(1)), 0u);
  EXPECT_EQ(history.ThroughAsOf(kStart + absl::Hours(2)), 2u);
}

TEST(AckHistoryTest, SurvivesItsBytes) {
  AckHistory history;
  history.Record(kStart, 5);
  history.Record(kStart + absl::Hours(1), 7);
  FC_ASSERT_OK_AND_ASSIGN(const AckHistory read, AckHistory::Decode(history.Encode()));
  EXPECT_EQ(read.through(), 7u);
  EXPECT_EQ(read.ThroughAsOf(kStart + absl::Hours(1)), 5u);
  EXPECT_EQ(read.Encode(), history.Encode());
}

TEST(AckHistoryTest, DamageIsSeen) {
  AckHistory history;
  history.Record(kStart, 5);
  const std::string bytes = history.Encode();
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] ^= 1;
    EXPECT_THAT(AckHistory::Decode(changed), StatusIs(StatusCode::kDataLoss)) << i;
    EXPECT_THAT(AckHistory::Decode(bytes.substr(0, i)), StatusIs(StatusCode::kDataLoss)) << i;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
