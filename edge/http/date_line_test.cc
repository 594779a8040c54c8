#include "edge/http/date_line.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

TEST(DateLineTest, WritesTheDateAsHttpDoes) {
  DateLine date;
  EXPECT_EQ(date.At(absl::FromUnixSeconds(784111777)), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

TEST(DateLineTest, FollowsTheSeconds) {
  DateLine date;
  const absl::Time time = absl::FromUnixSeconds(784111777);
  EXPECT_EQ(date.At(time + absl::Milliseconds(999)), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(time + absl::Seconds(1)), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  EXPECT_EQ(date.At(time), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

}  // namespace
}  // namespace fluxcascade::edge
