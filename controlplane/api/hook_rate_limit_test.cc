#include "controlplane/api/hook_rate_limit.h"

#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

v1::HookRateLimit Limit(uint32_t requests_per_second, uint32_t burst) {
  v1::HookRateLimit limit;
  limit.set_requests_per_second(requests_per_second);
  limit.set_burst(burst);
  return limit;
}

TEST(HookRateLimitTest, IsStoredAndShownAsItWasGiven) {
  FC_ASSERT_OK_AND_ASSIGN(const store::v1::HookRateLimit stored,
                          ToStoredLimit("app.rate_limit", Limit(50, 200)));
  EXPECT_EQ(ToApiLimit(stored).requests_per_second(), 50u);
  EXPECT_EQ(ToApiLimit(stored).burst(), 200u);
}

TEST(HookRateLimitTest, HasLimitsItself) {
  FC_EXPECT_OK(ToStoredLimit("app.rate_limit", Limit(1, 0)));
  FC_EXPECT_OK(ToStoredLimit("app.rate_limit", Limit(1000000, 1000000)));
  EXPECT_THAT(ToStoredLimit("app.rate_limit", Limit(0, 10)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "app.rate_limit.requests_per_second: must be 1 to 1000000, is 0; to have no "
                       "limit, leave app.rate_limit out"));
  EXPECT_THAT(ToStoredLimit("app.rate_limit", Limit(1000001, 0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::HasSubstr("must be 1 to 1000000, is 1000001")));
  EXPECT_THAT(ToStoredLimit("app.rate_limit", Limit(1, 1000001)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "app.rate_limit.burst: must be at most 1000000, is 1000001"));
}

}  // namespace
}  // namespace fluxcascade
