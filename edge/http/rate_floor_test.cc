#include "edge/http/rate_floor.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kRate = 1000;
constexpr absl::Duration kGrace = absl::Seconds(5);

class RateFloorTest : public testing::Test {
 protected:
  RateFloorTest() { floor_.Restart(now_); }

  bool IsTooSlow() const { return floor_.due() <= now_; }
  // How long a client lasts that moves `bytes` each second; at most two hours.
  absl::Duration LastsWith(size_t bytes) {
    const absl::Duration begin = now_;
    while (!IsTooSlow() && now_ - begin < absl::Hours(2)) {
      now_ += absl::Seconds(1);
      floor_.Moved(bytes, now_);
    }
    return now_ - begin;
  }

  absl::Duration now_ = absl::Hours(100);
  RateFloor floor_{kRate, kGrace};
};

TEST_F(RateFloorTest, WhoMovesNothingHasTheGrace) { EXPECT_EQ(floor_.due(), now_ + kGrace); }

TEST_F(RateFloorTest, TheRateItselfIsFastEnoughForEver) {
  EXPECT_EQ(LastsWith(kRate), absl::Hours(2));
}

TEST_F(RateFloorTest, OneByteASecondLessIsNot) {
  EXPECT_EQ(LastsWith(kRate - 1), 1000 * kGrace) << "it loses a thousandth of a second each second";
}

TEST_F(RateFloorTest, HalfTheRateLastsTwiceTheGrace) {
  EXPECT_EQ(LastsWith(kRate / 2), 2 * kGrace);
}

TEST_F(RateFloorTest, WhatWasQuickMayNotStandStillForLonger) {
  floor_.Moved(1000 * 1000, now_);
  EXPECT_EQ(floor_.due(), now_ + kGrace);
  now_ += absl::Seconds(2);
  floor_.Moved(1000, now_);
  EXPECT_EQ(floor_.due(), now_ + absl::Seconds(4));
}

TEST_F(RateFloorTest, APauseThatWasNotTheClientsIsForgotten) {
  now_ += absl::Minutes(1);
  floor_.Restart(now_);
  EXPECT_EQ(floor_.due(), now_ + kGrace);
}

}  // namespace
}  // namespace fluxcascade::edge
