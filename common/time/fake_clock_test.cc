#include "common/time/fake_clock.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(FakeClockTest, StandsStillUntilAdvanced) {
  FakeClock clock;
  EXPECT_EQ(absl::FormatTime(clock.Now(), absl::UTCTimeZone()), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(clock.Now(), clock.Now());

  const absl::Duration start = clock.Monotonic();
  clock.Advance(absl::Hours(4));
  EXPECT_EQ(absl::FormatTime(clock.Now(), absl::UTCTimeZone()), "2026-01-01T04:00:00+00:00");
  EXPECT_EQ(clock.Monotonic() - start, absl::Hours(4));
}

TEST(FakeClockTest, SettingTheWallTimeLeavesMonotonicTimeAlone) {
  FakeClock clock(absl::FromUnixSeconds(1000));
  const absl::Duration start = clock.Monotonic();
  clock.SetWallTime(absl::FromUnixSeconds(10));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(10));
  EXPECT_EQ(clock.Monotonic(), start);
}

}  // namespace
}  // namespace fluxcascade
