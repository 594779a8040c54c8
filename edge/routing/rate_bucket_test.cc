#include "edge/routing/rate_bucket.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr absl::Duration kTick = absl::Nanoseconds(1);

class RateBucketTest : public testing::Test {
 protected:
  // How many of `tries` get a token now.
  int Take(RateBucket& bucket, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; ++i) taken += bucket.Take(now_) ? 1 : 0;
    return taken;
  }

  absl::Duration now_ = absl::Hours(1);
};

TEST_F(RateBucketTest, ABurstIsTakenAndNotOneMore) {
  RateBucket bucket({.requests_per_second = 10, .burst = 30});
  EXPECT_EQ(Take(bucket, 100), 30);
}

TEST_F(RateBucketTest, WithoutABurstItIsTheRequestsOfASecond) {
  RateBucket bucket({.requests_per_second = 10});
  EXPECT_EQ(Take(bucket, 100), 10);
}

TEST_F(RateBucketTest, TokensComeAtTheRate) {
  RateBucket bucket({.requests_per_second = 10, .burst = 30});
  Take(bucket, 30);
  now_ += absl::Milliseconds(100) - kTick;
  EXPECT_EQ(Take(bucket, 2), 0);
  now_ += kTick;
  EXPECT_EQ(Take(bucket, 2), 1);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Take(bucket, 100), 10);
}

TEST_F(RateBucketTest, NoMoreGatherThanABurst) {
  RateBucket bucket({.requests_per_second = 10, .burst = 30});
  Take(bucket, 30);
  now_ += absl::Hours(24);
  EXPECT_EQ(Take(bucket, 100), 30);
}

TEST_F(RateBucketTest, WhatWasRefusedCostsNothing) {
  RateBucket bucket({.requests_per_second = 1, .burst = 1});
  EXPECT_EQ(Take(bucket, 1000), 1);
  now_ += absl::Seconds(1);
  EXPECT_EQ(Take(bucket, 1000), 1);
}

TEST_F(RateBucketTest, TheLargestLimitsHold) {
  RateBucket fast({.requests_per_second = RateLimit::kMost, .burst = 1});
  EXPECT_EQ(Take(fast, 2), 1);
  now_ += absl::Microseconds(1);
  EXPECT_EQ(Take(fast, 2), 1);
  RateBucket deep({.requests_per_second = 1, .burst = RateLimit::kMost});
  EXPECT_EQ(Take(deep, RateLimit::kMost + 1), static_cast<int>(RateLimit::kMost));
}

TEST_F(RateBucketTest, AClockOfAnotherThreadThatIsBehindTakesNoMore) {
  RateBucket bucket({.requests_per_second = 10, .burst = 2});
  EXPECT_EQ(Take(bucket, 2), 2);
  now_ -= absl::Milliseconds(1);
  EXPECT_EQ(Take(bucket, 1), 0);
}

TEST_F(RateBucketTest, ManyThreadsShareOneBurst) {
  RateBucket bucket({.requests_per_second = 1, .burst = 1000});
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { taken += Take(bucket, 1000); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace fluxcascade::edge
