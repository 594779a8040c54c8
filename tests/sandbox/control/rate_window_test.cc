#include "tests/sandbox/control/rate_window.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

constexpr absl::Duration kWindow = absl::Seconds(10);
const absl::Time kStart = absl::FromUnixSeconds(1000);

TEST(RateWindowTest, AllowsTheLimitAndNotOneMore) {
  RateWindow window(kWindow);
  EXPECT_EQ(window.Take("a", 2, kStart).remaining, 1);
  EXPECT_EQ(window.Take("a", 2, kStart + absl::Seconds(1)).remaining, 0);
  const RateReading refused = window.Take("a", 2, kStart + absl::Seconds(2));
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.reset, absl::Seconds(8));
}

TEST(RateWindowTest, RollsOnByTheRequest) {
  RateWindow window(kWindow);
  window.Take("a", 2, kStart);
  window.Take("a", 2, kStart + absl::Seconds(5));
  EXPECT_FALSE(window.Take("a", 2, kStart + kWindow - absl::Nanoseconds(1)).allowed);
  EXPECT_TRUE(window.Take("a", 2, kStart + kWindow).allowed);
  EXPECT_FALSE(window.Take("a", 2, kStart + kWindow).allowed);
}

TEST(RateWindowTest, CountsEachKeyAloneAndWhatARequestCosts) {
  RateWindow window(kWindow);
  EXPECT_TRUE(window.Take("a", 10, kStart, 6).allowed);
  EXPECT_FALSE(window.Take("a", 10, kStart, 6).allowed);
  EXPECT_TRUE(window.Take("a", 10, kStart, 4).allowed);
  EXPECT_TRUE(window.Take("b", 10, kStart, 10).allowed);
}

}  // namespace
}  // namespace fluxcascade::sandbox
