#include "controlplane/api/quarantine_rule.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

absl::StatusOr<store::v1::QuarantineRule> Stored(uint32_t max_requests, uint64_t max_bytes) {
  v1::QuarantineRule rule;
  rule.set_max_requests(max_requests);
  rule.set_max_bytes(max_bytes);
  return ToStoredRule("app.quarantine", rule);
}

TEST(QuarantineRuleTest, ComesBackAsItWasGiven) {
  FC_ASSERT_OK_AND_ASSIGN(const store::v1::QuarantineRule stored, Stored(500, 1 << 20));
  const v1::QuarantineRule rule = ToApiRule(stored);
  EXPECT_EQ(rule.max_requests(), 500u);
  EXPECT_EQ(rule.max_bytes(), 1u << 20);
}

TEST(QuarantineRuleTest, ItsLimitsAreAllowed) {
  FC_EXPECT_OK(Stored(1, 4096));
  FC_EXPECT_OK(Stored(100000, 1073741824));
}

TEST(QuarantineRuleTest, OneBeyondALimitIsRefusedWithWhatIsAllowed) {
  EXPECT_THAT(Stored(0, 4096).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "app.quarantine.max_requests: 0 is not within 1 to 100000"));
  EXPECT_THAT(Stored(100001, 4096).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("app.quarantine.max_requests: 100001")));
  EXPECT_THAT(Stored(1, 4095).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "app.quarantine.max_bytes: 4095 is not within 4096 to 1073741824"));
  EXPECT_THAT(Stored(1, 1073741825).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("app.quarantine.max_bytes: 1073741825")));
}

}  // namespace
}  // namespace fluxcascade
