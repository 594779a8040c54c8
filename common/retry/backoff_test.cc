#include "common/retry/backoff.h"

#include <cstring>
#include <set>

#include "common/random/fake_random.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// Gives the same byte for ever: 0x00 is the least that can be drawn.
class SameByteRandom final : public Random {
 public:
  explicit SameByteRandom(int byte) : byte_(byte) {}
  void Fill(void* data, size_t size) override { std::memset(data, byte_, size); }

 private:
  const int byte_;
};

constexpr Backoff::Options kOptions = {
    .initial = absl::Seconds(1), .max = absl::Seconds(5), .multiplier = 2};

TEST(BackoffTest, StepsGrowUpToTheLongest) {
  Backoff backoff(kOptions);
  SameByteRandom least(0);
  EXPECT_EQ(backoff.Next(least), absl::Seconds(0.5));
  EXPECT_EQ(backoff.Next(least), absl::Seconds(1));
  EXPECT_EQ(backoff.Next(least), absl::Seconds(2));
  EXPECT_EQ(backoff.Next(least), absl::Seconds(2.5));
  EXPECT_EQ(backoff.Next(least), absl::Seconds(2.5));
}

TEST(BackoffTest, ADelayIsBetweenHalfOfTheStepAndTheWhole) {
  FakeRandom random;
  std::set<absl::Duration> seen;
  for (int i = 0; i < 1000; ++i) {
    Backoff backoff(kOptions);
    const absl::Duration delay = backoff.Next(random);
    EXPECT_GE(delay, absl::Seconds(0.5));
    EXPECT_LT(delay, absl::Seconds(1));
    seen.insert(delay);
  }
  EXPECT_GT(seen.size(), 900);
  EXPECT_LT(*seen.begin(), absl::Seconds(0.51));
  EXPECT_GT(*seen.rbegin(), absl::Seconds(0.99));
}

TEST(BackoffTest, AfterAResetItBeginsAgain) {
  Backoff backoff(kOptions);
  SameByteRandom least(0);
  backoff.Next(least);
  backoff.Next(least);
  backoff.Reset();
  EXPECT_EQ(backoff.Next(least), absl::Seconds(0.5));
}

}  // namespace
}  // namespace fluxcascade
