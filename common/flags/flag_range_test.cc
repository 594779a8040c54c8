#include "common/flags/flag_range.h"

#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(FlagRangeTest, BothEndsAreWithin) {
  FC_EXPECT_OK(CheckRange("n", 1, 1, 3));
  FC_EXPECT_OK(CheckRange("n", 3, 1, 3));
  EXPECT_THAT(CheckRange("n", 0, 1, 3),
              StatusIs(absl::StatusCode::kInvalidArgument, "--n: 0 is not within 1 to 3"));
  EXPECT_THAT(CheckRange("n", 4, 1, 3),
              StatusIs(absl::StatusCode::kInvalidArgument, "--n: 4 is not within 1 to 3"));
}

TEST(FlagRangeTest, BothEndsOfATimeAreWithin) {
  const absl::Duration least = absl::Milliseconds(100);
  const absl::Duration most = absl::Hours(1);
  FC_EXPECT_OK(CheckDuration("t", least, least, most));
  FC_EXPECT_OK(CheckDuration("t", most, least, most));
  EXPECT_THAT(CheckDuration("t", absl::Milliseconds(99), least, most),
              StatusIs(absl::StatusCode::kInvalidArgument, "--t: 99ms is not within 100ms to 1h"));
  EXPECT_THAT(CheckDuration("t", absl::InfiniteDuration(), least, most),
              StatusIs(absl::StatusCode::kInvalidArgument, "--t: inf is not within 100ms to 1h"));
}

}  // namespace
}  // namespace fluxcascade
