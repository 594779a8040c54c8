#include "tests/sandbox/hubspot/account_registry.h"

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AccountRegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(portal_, registry_.AddAccount(0));
    FC_ASSERT_OK_AND_ASSIGN(app_, registry_.AddApp({}));
    FC_ASSERT_OK_AND_ASSIGN(tokens_, registry_.Install(app_.app_id, portal_, now_));
  }
  absl::StatusOr<TokenPair> Refresh(const std::string& token) {
    return registry_.Refresh(app_.client_id, app_.client_secret, token, now_);
  }

  FakeRandom random_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  AccountRegistry registry_{random_};
  int64_t portal_ = 0;
  HubSpotApp app_;
  TokenPair tokens_;
};

TEST_F(AccountRegistryTest, AnAccessTokenIsGoodUntilItExpires) {
  FC_ASSERT_OK_AND_ASSIGN(const Grant grant, registry_.Authenticate(tokens_.access_token, now_));
  EXPECT_EQ(grant.portal_id, portal_);
  EXPECT_EQ(grant.app_id, app_.app_id);
  const absl::Time end = now_ + tokens_.expires_in;
  EXPECT_THAT(registry_.Authenticate(tokens_.access_token, end - absl::Nanoseconds(1)), IsOk());
  EXPECT_THAT(registry_.Authenticate(tokens_.access_token, end),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(registry_.Authenticate("other", now_), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(AccountRegistryTest, ARefreshTokenGoesOnUnlessTheAppRotates) {
  FC_ASSERT_OK_AND_ASSIGN(const TokenPair next, Refresh(tokens_.refresh_token));
  EXPECT_EQ(next.refresh_token, tokens_.refresh_token);
  EXPECT_NE(next.access_token, tokens_.access_token);

  HubSpotApp rotating;
  rotating.rotates_refresh_tokens = true;
  FC_ASSERT_OK_AND_ASSIGN(app_, registry_.AddApp(rotating));
  FC_ASSERT_OK_AND_ASSIGN(tokens_, registry_.Install(app_.app_id, portal_, now_));
  FC_ASSERT_OK_AND_ASSIGN(const TokenPair rotated, Refresh(tokens_.refresh_token));
  EXPECT_NE(rotated.refresh_token, tokens_.refresh_token);
  EXPECT_THAT(Refresh(tokens_.refresh_token), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Refresh(rotated.refresh_token), IsOk());
}

TEST_F(AccountRegistryTest, ARefreshTokenIsGoodForItsOwnAppOnly) {
  EXPECT_THAT(registry_.Refresh(app_.client_id, "wrong", tokens_.refresh_token, now_),
              StatusIs(absl::StatusCode::kUnauthenticated));
  FC_ASSERT_OK_AND_ASSIGN(app_, registry_.AddApp({}));
  EXPECT_THAT(Refresh(tokens_.refresh_token), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(AccountRegistryTest, TokensCanBeExpiredAndRevoked) {
  FC_ASSERT_OK_AND_ASSIGN(const std::string lasting, registry_.AddPrivateToken(portal_));
  registry_.ExpireAccessTokens(app_.app_id, now_);
  registry_.RevokeRefreshTokens(app_.app_id);
  EXPECT_THAT(registry_.Authenticate(tokens_.access_token, now_),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Refresh(tokens_.refresh_token), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(registry_.Authenticate(lasting, now_ + absl::Hours(9999)), IsOk());
}

TEST_F(AccountRegistryTest, KnowsWhereAnAppIsInstalled) {
  EXPECT_THAT(registry_.AppsOf(portal_), ElementsAre(app_.app_id));
  FC_ASSERT_OK_AND_ASSIGN(const int64_t other, registry_.AddAccount(0));
  EXPECT_THAT(registry_.AppsOf(other), IsEmpty());
  EXPECT_THAT(registry_.AddAccount(other), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(registry_.Install(app_.app_id, 9, now_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(AccountRegistryTest, KnowsTheDeveloperKeyOfAnApp) {
  EXPECT_TRUE(registry_.IsDeveloperKey(app_.app_id, app_.developer_key));
  EXPECT_FALSE(registry_.IsDeveloperKey(app_.app_id, ""));
  EXPECT_FALSE(registry_.IsDeveloperKey(9, app_.developer_key));
}

}  // namespace
}  // namespace fluxcascade::sandbox
