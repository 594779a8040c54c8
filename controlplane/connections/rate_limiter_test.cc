#include "controlplane/connections/rate_limiter.h"

#include <memory>
#include <vector>

#include "common/time/fake_clock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

constexpr absl::Duration kGo = absl::ZeroDuration();
constexpr absl::Duration kWindow = absl::Seconds(10);

class RateLimiterTest : public ::testing::Test {
 protected:
  using Turn = RateLimiter::Turn;

  // Comes, asks once, and goes if it has to wait.
  absl::Duration Start() { return Turn(limiter_).Start(); }
  void Finish(int64_t remaining, int64_t limit = 3) {
    limiter_.Finish(RateLimitReading{.limit = limit, .remaining = remaining, .window = kWindow},
                    std::nullopt);
  }
  // A call that was the account's only one in its window.
  void LearnLimit(int64_t limit) {
    ASSERT_EQ(Start(), kGo);
    Finish(limit - 1, limit);
    clock_.Advance(kWindow);
  }

  FakeClock clock_;
  RateLimiter limiter_{clock_};
};

TEST_F(RateLimiterTest, EverythingGoesBeforeTheFirstAnswer) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Start(), kGo);
  EXPECT_FALSE(limiter_.State().has_value());
}

TEST_F(RateLimiterTest, TheLastCallThatRemainsGoesAndTheNextWaits) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/1);
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), kWindow);
  clock_.Advance(absl::Seconds(4));
  EXPECT_EQ(Start(), absl::Seconds(6));
}

TEST_F(RateLimiterTest, CallsOnTheirWayCountAsMade) {
  LearnLimit(3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Start(), kGo) << i;
  EXPECT_GT(Start(), kGo);
  clock_.Advance(2 * kWindow);
  EXPECT_GT(Start(), kGo);
}

TEST_F(RateLimiterTest, ACallCountsUntilAWindowAfterItsEnd) {
  LearnLimit(2);
  EXPECT_EQ(Start(), kGo);
  clock_.Advance(absl::Seconds(1));
  Finish(/*remaining=*/1, /*limit=*/2);
  EXPECT_EQ(Start(), kGo);
  clock_.Advance(absl::Seconds(2));
  Finish(/*remaining=*/0, /*limit=*/2);

  EXPECT_EQ(Start(), absl::Seconds(8));
  clock_.Advance(absl::Seconds(8) - absl::Nanoseconds(1));
  EXPECT_GT(Start(), kGo);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), absl::Seconds(2));
}

TEST_F(RateLimiterTest, NoWindowEverHoldsMoreThanTheLimit) {
  constexpr int kLimit = 5;
  LearnLimit(kLimit);
  std::vector<absl::Duration> begun;
  for (int i = 0; i < 100; ++i) {
    Turn turn(limiter_);
    for (absl::Duration wait = turn.Start(); wait > kGo; wait = turn.Start()) clock_.Advance(wait);
    begun.push_back(clock_.Monotonic());
    clock_.Advance(absl::Milliseconds(i * 7 % 300));
    Finish(/*remaining=*/0, kLimit);
  }
  for (size_t i = kLimit; i < begun.size(); ++i) {
    EXPECT_GE(begun[i] - begun[i - kLimit], kWindow) << i;
  }
}

TEST_F(RateLimiterTest, CallersAreServedInTheOrderInWhichTheyCame) {
  LearnLimit(2);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(Start(), kGo);
  for (int i = 0; i < 2; ++i) Finish(/*remaining=*/0, /*limit=*/2);
  std::vector<std::unique_ptr<Turn>> line;
  for (int i = 0; i < 5; ++i) line.push_back(std::make_unique<Turn>(limiter_));

  EXPECT_EQ(line[1]->Start(), kWindow);
  EXPECT_EQ(line[2]->Start(), 2 * kWindow);
  EXPECT_EQ(line[4]->Start(), 3 * kWindow);
  clock_.Advance(kWindow);
  EXPECT_GT(line[2]->Start(), kGo);
  EXPECT_EQ(line[1]->Start(), kGo);
  EXPECT_EQ(line[0]->Start(), kGo);
  EXPECT_GT(Start(), kWindow) << "whoever comes now stands behind the three that are left";
}

TEST_F(RateLimiterTest, WhoeverLeavesTheLineLetsTheNextOneUp) {
  LearnLimit(1);
  ASSERT_EQ(Start(), kGo);
  Finish(/*remaining=*/0, /*limit=*/1);
  auto first = std::make_unique<Turn>(limiter_);
  Turn second(limiter_);
  EXPECT_EQ(second.Start(), 2 * kWindow);
  first.reset();
  EXPECT_EQ(second.Start(), kWindow);
}

TEST_F(RateLimiterTest, WhatOthersUseCountsForAWindow) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/0);  // Ours was one of three.
  clock_.Advance(kWindow - absl::Nanoseconds(1));
  EXPECT_GT(Start(), kGo);
  clock_.Advance(absl::Nanoseconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Start(), kGo) << i;
  EXPECT_GT(Start(), kGo);
}

TEST_F(RateLimiterTest, AnswersWithoutHeadersUseTheLimitUp) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Start(), kGo);
    limiter_.Finish(std::nullopt, std::nullopt);
  }
  EXPECT_GT(Start(), kGo);
}

TEST_F(RateLimiterTest, ARefusalBlocksAllCallsForItsTime) {
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), kGo);
  limiter_.Finish(std::nullopt, absl::Seconds(5));
  limiter_.Finish(std::nullopt, absl::Seconds(1));
  EXPECT_EQ(Start(), absl::Seconds(5));
  EXPECT_EQ(limiter_.State()->blocked_until, clock_.Now() + absl::Seconds(5));
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Start(), kGo);
}

TEST_F(RateLimiterTest, SettingTheMachinesClockBlocksNobody) {
  LearnLimit(1);
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/0, /*limit=*/1);
  clock_.SetWallTime(clock_.Now() - absl::Hours(1));
  EXPECT_EQ(Start(), kWindow);
  clock_.Advance(kWindow);
  EXPECT_EQ(Start(), kGo);
}

TEST_F(RateLimiterTest, AnImpossibleLimitIsNoLimit) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/0, /*limit=*/0);
  EXPECT_EQ(Start(), kGo);
}

TEST_F(RateLimiterTest, TellsHowMuchIsLeft) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/2);
  EXPECT_EQ(Start(), kGo);
  auto state = limiter_.State();
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->limit, 3);
  EXPECT_EQ(state->remaining, 1);
  EXPECT_EQ(state->observe_time, clock_.Now());
  EXPECT_FALSE(state->blocked_until.has_value());

  EXPECT_EQ(Start(), kGo);
  state = limiter_.State();
  EXPECT_EQ(state->remaining, 0);
  EXPECT_EQ(state->blocked_until, clock_.Now() + kWindow);
}

}  // namespace
}  // namespace fluxcascade
