#include "common/metrics/histogram.h"

#include <memory>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

constexpr absl::Duration kTick = absl::Nanoseconds(1);

template <typename AnyHistogram>
HistogramReading ReadingOf(const AnyHistogram& histogram) {
  HistogramReading reading;
  histogram.AddTo(&reading);
  return reading;
}

// The bucket that takes `duration`.
size_t BucketOf(absl::Duration duration) {
  Histogram histogram;
  histogram.Observe(duration);
  const HistogramReading reading = ReadingOf(histogram);
  EXPECT_EQ(reading.count(), 1u);
  size_t bucket = 0;
  while (reading.counts[bucket] == 0) ++bucket;
  return bucket;
}

TEST(HistogramTest, BoundsRise) {
  for (size_t i = 1; i < kHistogramBounds.size(); ++i) {
    EXPECT_LT(kHistogramBounds[i - 1], kHistogramBounds[i]);
  }
}

TEST(HistogramTest, ABoundBelongsToItsBucketAndWhatIsLongerToTheNext) {
  for (size_t i = 0; i < kHistogramBounds.size(); ++i) {
    EXPECT_EQ(BucketOf(kHistogramBounds[i]), i);
    EXPECT_EQ(BucketOf(kHistogramBounds[i] + kTick), i + 1);
  }
}

TEST(HistogramTest, WhatIsNegativeOrEndlessIsCountedButDoesNotSpoilTheSum) {
  EXPECT_EQ(BucketOf(-absl::Seconds(1)), 0u);
  EXPECT_EQ(BucketOf(absl::InfiniteDuration()), kHistogramBuckets - 1);
  Histogram histogram;
  histogram.Observe(-absl::Seconds(1));
  EXPECT_EQ(ReadingOf(histogram).sum, absl::ZeroDuration());
  histogram.Observe(absl::InfiniteDuration());
  EXPECT_EQ(ReadingOf(histogram).sum, Histogram::kLongest);
}

TEST(HistogramTest, AReadingIsTheSumOfSeveral) {
  Histogram one;
  Histogram other;
  one.Observe(absl::Milliseconds(2));
  other.Observe(absl::Milliseconds(2));
  other.Observe(absl::Seconds(2));
  HistogramReading reading = ReadingOf(one);
  other.AddTo(&reading);
  EXPECT_EQ(reading.count(), 3u);
  EXPECT_EQ(reading.counts[BucketOf(absl::Milliseconds(2))], 2u);
  EXPECT_EQ(reading.sum, absl::Milliseconds(2004));
}

TEST(ShardedHistogramTest, LosesNothingThatSeveralThreadsObserveAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 10000;
  const auto histogram = std::make_unique<ShardedHistogram>();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kTimes; ++j) histogram->Observe(absl::Microseconds(3));
    });
  }
  for (std::thread& thread : threads) thread.join();
  const HistogramReading reading = ReadingOf(*histogram);
  EXPECT_EQ(reading.counts[0], uint64_t{kThreads * kTimes});
  EXPECT_EQ(reading.count(), uint64_t{kThreads * kTimes});
  EXPECT_EQ(reading.sum, absl::Microseconds(3) * kThreads * kTimes);
}

}  // namespace
}  // namespace fluxcascade
