#include "tests/sandbox/hubspot/hubspot_limits.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::IsEmpty;
using testing::Pair;

class HubSpotLimitsTest : public testing::Test {
 protected:
  HubSpotLimitsTest() {
    settings_.on = true;
    settings_.oauth_per_ten_seconds = 2;
    settings_.private_app_per_ten_seconds = 3;
    settings_.search_per_second = 1;
    settings_.daily = 2;
    limits_.set_settings(settings_);
  }
  LimitDecision Call(TokenKind kind, bool search = false) {
    return limits_.Check({kind, 62515, 7, {}}, "token", search, now_);
  }
  static json Body(const LimitDecision& decision) { return json::parse(decision.refusal->body); }

  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  HubSpotLimitSettings settings_;
  HubSpotLimits limits_;
};

TEST_F(HubSpotLimitsTest, RefusesOneCallMoreThanTheTenSecondsAllow) {
  EXPECT_THAT(Call(TokenKind::kOAuth).headers,
              Contains(Pair("X-HubSpot-RateLimit-Remaining", "1")));
  EXPECT_FALSE(Call(TokenKind::kOAuth).refusal.has_value());
  const LimitDecision refused = Call(TokenKind::kOAuth);
  ASSERT_TRUE(refused.refusal.has_value());
  EXPECT_EQ(refused.refusal->status, 429);
  EXPECT_EQ(Body(refused)["policyName"], "TEN_SECONDLY_ROLLING");
  EXPECT_EQ(Body(refused)["message"], "You have reached your ten_secondly_rolling limit.");
  now_ += absl::Seconds(10);
  EXPECT_FALSE(Call(TokenKind::kOAuth).refusal.has_value());
}

TEST_F(HubSpotLimitsTest, SearchHasALimitOfItsOwnAndNoHeaders) {
  EXPECT_THAT(Call(TokenKind::kOAuth, true).headers, IsEmpty());
  EXPECT_EQ(Body(Call(TokenKind::kOAuth, true))["policyName"], "SECONDLY");
  EXPECT_FALSE(Call(TokenKind::kOAuth).refusal.has_value());
}

TEST_F(HubSpotLimitsTest, OnlyPrivateAppsHaveADailyLimit) {
  EXPECT_THAT(Call(TokenKind::kPrivateApp).headers,
              Contains(Pair("X-HubSpot-RateLimit-Daily-Remaining", "1")));
  Call(TokenKind::kPrivateApp);
  EXPECT_EQ(Body(Call(TokenKind::kPrivateApp))["policyName"], "DAILY");
}

TEST_F(HubSpotLimitsTest, AllowsEverythingWhileOff) {
  settings_.on = false;
  limits_.set_settings(settings_);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(Call(TokenKind::kOAuth).refusal.has_value());
}

}  // namespace
}  // namespace fluxcascade::sandbox
