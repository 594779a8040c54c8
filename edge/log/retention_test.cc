#include "edge/log/retention.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "edge/log/log_codec.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

// A log whose requests take 10 bytes each: request n begins at offset 10 (n - 1).
LogPoint At(uint64_t sequence) {
  return {.sequence = sequence, .chain = {}, .offset = 10 * (sequence - 1)};
}

class RetentionTest : public testing::Test {
 protected:
  TrimPlan Plan(uint64_t tail, uint64_t acknowledged_through, uint64_t old_enough) {
    const absl::StatusOr<TrimPlan> plan = PlanTrim(
        limits_,
        {.tail = At(tail), .acknowledged = At(acknowledged_through + 1), .old_enough = old_enough},
        [](uint64_t offset) { return At((offset + 9) / 10 + 1); },
        [](uint64_t sequence) { return At(sequence + 1); });
    EXPECT_THAT(plan, IsOk());
    return plan.value_or(TrimPlan());
  }

  RetentionLimits limits_ = {
      .max_age = absl::Hours(72), .max_bytes = 1000000, .max_step_bytes = 1000000};
};

TEST_F(RetentionTest, DropsWhatIsOldEnough) {
  const TrimPlan plan = Plan(1, 100, 40);
  EXPECT_EQ(plan.to, At(41));
  EXPECT_FALSE(plan.more);
}

TEST_F(RetentionTest, KeepsWhatIsYoung) { EXPECT_EQ(Plan(41, 100, 40).to, At(41)); }

TEST_F(RetentionTest, KeepsWhatNobodyAcknowledgedHoweverMuchItIs) {
  limits_.max_bytes = 0;
  EXPECT_EQ(Plan(1, 0, 0).to, At(1));
  EXPECT_EQ(Plan(1, 30, 99).to, At(31));
}

TEST_F(RetentionTest, KeepsUpToItsBytesAndNotAByteMore) {
  limits_.max_bytes = 300;
  EXPECT_EQ(Plan(1, 30, 0).to, At(1));
  EXPECT_EQ(Plan(1, 31, 0).to, At(2));
  limits_.max_bytes = 299;
  EXPECT_EQ(Plan(1, 30, 0).to, At(2));
}

TEST_F(RetentionTest, WhicheverKeepsLessDecides) {
  limits_.max_bytes = 300;
  EXPECT_EQ(Plan(1, 100, 80).to, At(81));
  EXPECT_EQ(Plan(1, 100, 40).to, At(71));
}

TEST_F(RetentionTest, ATrimmedLogMayBeEmpty) { EXPECT_EQ(Plan(1, 100, 100).to, At(101)); }

TEST_F(RetentionTest, AStepDropsSoMuchAndSaysThatThereIsMore) {
  limits_.max_step_bytes = 100;
  const TrimPlan first = Plan(1, 100, 25);
  EXPECT_EQ(first.to, At(11));
  EXPECT_TRUE(first.more);
  const TrimPlan second = Plan(11, 100, 25);
  EXPECT_EQ(second.to, At(21));
  EXPECT_TRUE(second.more);
  const TrimPlan last = Plan(21, 100, 25);
  EXPECT_EQ(last.to, At(26));
  EXPECT_FALSE(last.more);
}

TEST_F(RetentionTest, AStepDropsAtLeastOneRequest) {
  limits_.max_step_bytes = 1;
  EXPECT_EQ(Plan(1, 100, 25).to, At(2));
  limits_.max_step_bytes = 15;
  EXPECT_EQ(Plan(1, 100, 25).to, At(3));
}

// All have acknowledged up to 10, the primary up to 60, of 100.
TEST_F(RetentionTest, WhatIsHeldForALaggingConsumerIsHeldUpToItsBytesAndNoFurtherThanThePrimary) {
  const auto plan = [this](uint64_t max_held_bytes) {
    limits_.max_bytes = 100;
    limits_.max_held_bytes = max_held_bytes;
    const absl::StatusOr<TrimPlan> plan = PlanTrim(
        limits_,
        {.tail = At(1), .acknowledged = At(11), .old_enough = 10, .head_offset = At(101).offset},
        [](uint64_t offset) { return At(std::min<uint64_t>((offset + 9) / 10, 60) + 1); },
        [](uint64_t sequence) { return At(sequence + 1); });
    EXPECT_THAT(plan, IsOk());
    return plan.value_or(TrimPlan()).to;
  };
  EXPECT_EQ(plan(900), At(11));
  EXPECT_EQ(plan(800), At(11)) << "the last 100 bytes before it are kept, too";
  EXPECT_EQ(plan(790), At(12));
  EXPECT_EQ(plan(500), At(41));
  EXPECT_EQ(plan(100), At(51));
}

// Requests 1 to 60 of 100 are acknowledged.
TEST_F(RetentionTest, WhatTheDiskLacksGoesBeforeItsTimeButNothingThatIsNotAcknowledged) {
  const auto plan = [this](uint64_t old_enough, uint64_t lacking_bytes) {
    const absl::StatusOr<TrimPlan> plan = PlanTrim(
        limits_,
        {.tail = At(1),
         .acknowledged = At(61),
         .old_enough = old_enough,
         .head_offset = At(101).offset,
         .lacking_bytes = lacking_bytes},
        [](uint64_t offset) { return At((offset + 9) / 10 + 1); },
        [](uint64_t sequence) { return At(sequence + 1); });
    EXPECT_THAT(plan, IsOk());
    return plan.value_or(TrimPlan());
  };
  EXPECT_EQ(plan(0, 0).to, At(1));
  EXPECT_EQ(plan(0, 1).to, At(2));
  EXPECT_EQ(plan(0, 100).to, At(11));
  EXPECT_EQ(plan(20, 100).to, At(21)) << "what is dropped anyway counts";
  EXPECT_EQ(plan(0, 600).to, At(61));
  EXPECT_EQ(plan(0, uint64_t{1} << 40).to, At(61));
  limits_.max_step_bytes = 50;
  EXPECT_EQ(plan(0, 600).to, At(6));
  EXPECT_TRUE(plan(0, 600).more);
}

TEST_F(RetentionTest, WhatCantBeReadIsPassedOn) {
  const auto damaged = [](uint64_t) -> absl::StatusOr<LogPoint> {
    return absl::DataLossError("damaged");
  };
  EXPECT_THAT(
      PlanTrim(limits_, {.tail = At(1), .acknowledged = At(9), .old_enough = 5}, damaged, damaged),
      StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace fluxcascade::edge
