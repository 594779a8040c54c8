#include "tests/sandbox/pipedrive/company_registry.h"

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

class CompanyRegistryTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(company_, registry_.AddCompany(0));
    Install({});
  }
  void Install(const PipedriveApp& app) {
    app_ = registry_.AddApp(app);
    FC_ASSERT_OK_AND_ASSIGN(tokens_, registry_.Install(app_.client_id, company_.company_id, now_));
  }
  absl::StatusOr<PipedriveTokens> Refresh(const std::string& token) {
    return registry_.Refresh(app_.client_id, app_.client_secret, token, now_);
  }

  FakeRandom random_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  CompanyRegistry registry_{random_};
  PipedriveCompany company_;
  PipedriveApp app_;
  PipedriveTokens tokens_;
};

TEST_F(CompanyRegistryTest, AnApiTokenIsTheUsers) {
  FC_ASSERT_OK_AND_ASSIGN(const PipedriveCaller caller, registry_.WithApiToken(company_.api_token));
  EXPECT_EQ(caller.user_id, company_.user_id);
  EXPECT_FALSE(caller.oauth);
  EXPECT_THAT(registry_.WithApiToken(""), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(CompanyRegistryTest, AnAccessTokenExpires) {
  const absl::Time end = now_ + absl::Seconds(3599);
  FC_EXPECT_OK(
      registry_.WithAccessToken(tokens_.access_token, end - absl::Nanoseconds(1)).status());
  EXPECT_THAT(registry_.WithAccessToken(tokens_.access_token, end),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  registry_.ExpireAccessTokens(app_.client_id, now_);
  EXPECT_THAT(registry_.WithAccessToken(tokens_.access_token, now_),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(CompanyRegistryTest, ARefreshTokenGoesOnUnlessTheAppRotates) {
  FC_ASSERT_OK_AND_ASSIGN(const PipedriveTokens next, Refresh(tokens_.refresh_token));
  EXPECT_EQ(next.refresh_token, tokens_.refresh_token);

  PipedriveApp rotating;
  rotating.rotates_refresh_tokens = true;
  Install(rotating);
  FC_ASSERT_OK_AND_ASSIGN(const PipedriveTokens rotated, Refresh(tokens_.refresh_token));
  EXPECT_NE(rotated.refresh_token, tokens_.refresh_token);
  EXPECT_THAT(Refresh(tokens_.refresh_token), StatusIs(absl::StatusCode::kNotFound));
  registry_.RevokeRefreshTokens(app_.client_id);
  EXPECT_THAT(Refresh(rotated.refresh_token), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(CompanyRegistryTest, ChecksTheClientsSecret) {
  EXPECT_THAT(registry_.Refresh(app_.client_id, "wrong", tokens_.refresh_token, now_),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(registry_.AddCompany(company_.company_id),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace fluxcascade::sandbox
