#include "tests/sandbox/control/json_time.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

TEST(JsonTimeTest, WritesTimesAsTheVendorsDo) {
  const absl::Time time = absl::FromUnixMillis(1767225600123);
  EXPECT_EQ(TimeText(time), "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(SecondsText(time), "2026-01-01T00:00:00Z");
  EXPECT_EQ(UnixMillisOf(time), 1767225600123.0);
  EXPECT_EQ(MillisOf(absl::Microseconds(1500)), 1.5);
}

}  // namespace
}  // namespace fluxcascade::sandbox
