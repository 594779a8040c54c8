#include "edge/log_keeper.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class LogCareTest : public testing::Test {
 protected:
  absl::Duration RunDue() { return care_.RunDue(now_); }

  absl::Duration now_ = absl::Hours(1);
  int steps_ = 0;
  int steps_with_more_ = 0;
  int reopens_ = 0;
  int looks_ = 0;
  bool short_ = false;
  absl::Status trouble_;
  LogCare care_{{.retention_step = [this]() -> absl::StatusOr<bool> {
                   ++steps_;
                   if (!trouble_.ok()) return trouble_;
                   return steps_ <= steps_with_more_;
                 },
                 .reopen =
                     [this] {
                       ++reopens_;
                       return trouble_;
                     },
                 .look_at_disk =
                     [this] {
                       ++looks_;
                       return short_;
                     }},
                now_};
};

TEST_F(LogCareTest, AtTheStartOnlyTheDiskIsLookedAt) {
  EXPECT_EQ(RunDue(), now_ + absl::Seconds(1));
  EXPECT_EQ(looks_, 1);
  EXPECT_EQ(steps_, 0);
  EXPECT_EQ(reopens_, 0);
}

TEST_F(LogCareTest, LooksAtTheDiskEverySecond) {
  RunDue();
  now_ += absl::Seconds(0.999);
  RunDue();
  EXPECT_EQ(looks_, 1);
  now_ += absl::Milliseconds(1);
  RunDue();
  EXPECT_EQ(looks_, 2);
}

TEST_F(LogCareTest, LooksAfterAFailedLogEveryFiveSeconds) {
  now_ += absl::Seconds(4.999);
  RunDue();
  EXPECT_EQ(reopens_, 0);
  now_ += absl::Milliseconds(1);
  RunDue();
  EXPECT_EQ(reopens_, 1);
  now_ += absl::Seconds(4.999);
  RunDue();
  EXPECT_EQ(reopens_, 1);
}

TEST_F(LogCareTest, TrimsOnceAMinute) {
  now_ += absl::Seconds(59.999);
  RunDue();
  EXPECT_EQ(steps_, 0);
  now_ += absl::Milliseconds(1);
  RunDue();
  EXPECT_EQ(steps_, 1);
  now_ += absl::Seconds(59.999);
  RunDue();
  EXPECT_EQ(steps_, 1);
}

TEST_F(LogCareTest, GoesOnAtOnceWhileThereIsMoreToDrop) {
  steps_with_more_ = 2;
  now_ += absl::Minutes(1);
  EXPECT_LE(RunDue(), now_);
  EXPECT_LE(RunDue(), now_);
  EXPECT_GT(RunDue(), now_);
  EXPECT_EQ(steps_, 3);
  EXPECT_EQ(reopens_, 1) << "once for this time";
}

TEST_F(LogCareTest, WhileTheDiskIsShortOfSpaceItTrimsWheneverItLooks) {
  RunDue();
  short_ = true;
  now_ += absl::Seconds(0.999);
  RunDue();
  EXPECT_EQ(steps_, 0);
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(RunDue(), now_ + absl::Seconds(1));
  EXPECT_EQ(steps_, 1);
  now_ += absl::Seconds(1);
  RunDue();
  EXPECT_EQ(steps_, 2);
  short_ = false;
  now_ += absl::Seconds(1);
  RunDue();
  EXPECT_EQ(steps_, 2);
}

TEST_F(LogCareTest, AfterAnErrorItTriesAgainInAMinute) {
  trouble_ = absl::DataLossError("broken");
  now_ += absl::Minutes(1);
  EXPECT_GT(RunDue(), now_);
  EXPECT_EQ(steps_, 1);
  now_ += absl::Minutes(1);
  RunDue();
  EXPECT_EQ(steps_, 2);
}

}  // namespace
}  // namespace fluxcascade::edge
