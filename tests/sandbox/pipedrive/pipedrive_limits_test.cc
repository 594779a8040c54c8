#include "tests/sandbox/pipedrive/pipedrive_limits.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using testing::Contains;
using testing::Pair;

class PipedriveLimitsTest : public testing::Test {
 protected:
  PipedriveLimitsTest() {
    settings_.on = true;
    settings_.api_token_burst = 1;
    settings_.oauth_burst = 2;
    settings_.search_burst = 1;
    settings_.daily = 50;
    limits_.set_settings(settings_);
  }
  PipedriveLimitDecision Call(bool oauth, bool search = false, int64_t cost = 1) {
    PipedriveCaller caller;
    caller.oauth = oauth;
    caller.token = oauth ? "a" : "b";
    return limits_.Check(caller, search, cost, now_);
  }

  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  PipedriveLimitSettings settings_;
  PipedriveLimits limits_;
};

TEST_F(PipedriveLimitsTest, RefusesOneCallMoreThanTheBurstAllows) {
  EXPECT_THAT(Call(true).headers, Contains(Pair("x-ratelimit-remaining", "1")));
  EXPECT_FALSE(Call(true).refusal.has_value());
  EXPECT_EQ(Call(true).refusal->status, 429);
  EXPECT_FALSE(Call(false).refusal.has_value());
  EXPECT_TRUE(Call(false).refusal.has_value());
  now_ += absl::Milliseconds(1500);
  EXPECT_THAT(Call(true).headers, Contains(Pair("x-ratelimit-reset", "1")));
  now_ += absl::Milliseconds(500);
  EXPECT_FALSE(Call(true).refusal.has_value());
}

TEST_F(PipedriveLimitsTest, SearchesAreCountedAlone) {
  EXPECT_FALSE(Call(true, true).refusal.has_value());
  EXPECT_TRUE(Call(true, true).refusal.has_value());
  EXPECT_FALSE(Call(true).refusal.has_value());
}

TEST_F(PipedriveLimitsTest, TheDailyBudgetIsWhatCallsCost) {
  EXPECT_THAT(Call(true, false, 20).headers, Contains(Pair("x-daily-requests-left", "30")));
  EXPECT_TRUE(Call(false, false, 31).refusal.has_value());
}

}  // namespace
}  // namespace fluxcascade::sandbox
