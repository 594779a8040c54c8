#include "common/time/clock.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(SystemClockTest, TellsTheMachinesTime) {
  const absl::Time before = absl::Now();
  const absl::Time now = SystemClock().Now();
  EXPECT_GE(now, before);
  EXPECT_LE(now, absl::Now());
}

TEST(SystemClockTest, MonotonicTimeMovesOnAndNeverBack) {
  const absl::Duration start = SystemClock().Monotonic();
  absl::Duration last = start;
  while (last == start) {
    const absl::Duration next = SystemClock().Monotonic();
    ASSERT_GE(next, last);
    last = next;
  }
}

}  // namespace
}  // namespace fluxcascade
