#include "controlplane/connections/rate_limiter.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

constexpr absl::Duration kGo = absl::ZeroDuration();

class RateLimiterTest : public ::testing::Test {
 protected:
  absl::Duration Start() { return limiter_.Start(now_); }
  void Finish(int64_t remaining, absl::Duration reset = absl::Seconds(10)) {
    limiter_.Finish(now_, RateLimitReading{.limit = 3, .remaining = remaining, .reset = reset},
                    std::nullopt);
  }
  void Refused(absl::Duration wait) { limiter_.Finish(now_, std::nullopt, wait); }

  RateLimiter limiter_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

TEST_F(RateLimiterTest, EverythingGoesBeforeTheFirstAnswer) {
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Start(), kGo);
  EXPECT_FALSE(limiter_.State(now_).has_value());
}

TEST_F(RateLimiterTest, TheLastCallThatRemainsGoesAndTheNextWaitsForTheWindow) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/1);
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), absl::Seconds(10));
  now_ += absl::Seconds(4);
  EXPECT_EQ(Start(), absl::Seconds(6));
}

TEST_F(RateLimiterTest, CallsOnTheirWayCountAsMade) {
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/2);
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), absl::Seconds(10));
}

TEST_F(RateLimiterTest, AfterTheWindowTheWholeLimitIsThereAgain) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/0);
  now_ += absl::Seconds(10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Start(), kGo) << i;
  EXPECT_EQ(Start(), absl::Seconds(10));
}

TEST_F(RateLimiterTest, AnswersWithoutHeadersUseTheLimitUp) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Start(), kGo);
    limiter_.Finish(now_, std::nullopt, std::nullopt);
  }
  EXPECT_GT(Start(), kGo);
}

TEST_F(RateLimiterTest, ARefusalBlocksAllCallsForItsTime) {
  EXPECT_EQ(Start(), kGo);
  EXPECT_EQ(Start(), kGo);
  Refused(absl::Seconds(5));
  Refused(absl::Seconds(1));
  EXPECT_EQ(Start(), absl::Seconds(5));
  EXPECT_EQ(limiter_.State(now_)->blocked_until, now_ + absl::Seconds(5));
  now_ += absl::Seconds(5);
  EXPECT_EQ(Start(), kGo);
}

TEST_F(RateLimiterTest, AWaitIsNeverZero) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/0, absl::ZeroDuration());
  EXPECT_GT(Start(), kGo);
}

TEST_F(RateLimiterTest, AnImpossibleLimitIsNoLimit) {
  EXPECT_EQ(Start(), kGo);
  limiter_.Finish(now_, RateLimitReading{.limit = 0, .remaining = 0, .reset = absl::Hours(1)},
                  std::nullopt);
  EXPECT_EQ(Start(), kGo);
}

TEST_F(RateLimiterTest, TellsHowMuchIsLeft) {
  EXPECT_EQ(Start(), kGo);
  Finish(/*remaining=*/2);
  EXPECT_EQ(Start(), kGo);
  auto state = limiter_.State(now_);
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->limit, 3);
  EXPECT_EQ(state->remaining, 1);
  EXPECT_EQ(state->observe_time, now_);
  EXPECT_FALSE(state->blocked_until.has_value());

  EXPECT_EQ(Start(), kGo);
  state = limiter_.State(now_);
  EXPECT_EQ(state->remaining, 0);
  EXPECT_EQ(state->blocked_until, now_ + absl::Seconds(10));
  EXPECT_EQ(limiter_.State(now_ + absl::Seconds(10))->remaining, 3);
}

}  // namespace
}  // namespace fluxcascade
