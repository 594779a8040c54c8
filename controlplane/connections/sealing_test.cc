#include "controlplane/connections/sealing.h"

#include <string>

#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kConnection[] = "workspaces/default/connections/crm";

class SealingTest : public ::testing::Test {
 protected:
  FakeRandom random_;
  const Keyring keyring_ = *Keyring::Parse(Keyring::NewKeyLine("k1", random_), random_);
};

TEST_F(SealingTest, ACredentialComesBackWhole) {
  PlainCredential plain;
  plain.kind = CredentialKind::kOAuth;
  plain.refresh_token = "fake-refresh";
  plain.access_token = "fake-access";
  plain.access_token_expire_time = absl::FromUnixSeconds(1767225600);
  const auto stored = SealCredential(keyring_, plain, kConnection);
  EXPECT_THAT(stored.SerializeAsString(), Not(HasSubstr("fake-")));

  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential opened,
                          OpenCredential(keyring_, stored, kConnection));
  EXPECT_EQ(opened.kind, CredentialKind::kOAuth);
  EXPECT_EQ(opened.refresh_token, "fake-refresh");
  EXPECT_EQ(opened.access_token, "fake-access");
  EXPECT_EQ(opened.access_token_expire_time, plain.access_token_expire_time);
}

TEST_F(SealingTest, WhatWasSealedForOneResourceCannotBeOpenedAsAnother) {
  PlainCredential plain;
  plain.token = "fake-token";
  const auto stored = SealCredential(keyring_, plain, kConnection);
  EXPECT_THAT(OpenCredential(keyring_, stored, "workspaces/default/connections/other"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(SealingTest, WhatWasSealedAsOneFieldCannotBeOpenedAsAnother) {
  PlainCredential plain;
  plain.kind = CredentialKind::kOAuth;
  plain.refresh_token = "fake-refresh";
  auto stored = SealCredential(keyring_, plain, kConnection);
  *stored.mutable_access_token() = stored.refresh_token();
  EXPECT_THAT(OpenCredential(keyring_, stored, kConnection), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(SealingTest, AResourceWithoutACredentialSaysSo) {
  EXPECT_THAT(OpenCredential(keyring_, {}, kConnection),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kConnection)));
}

TEST_F(SealingTest, AnAppsIdentityHasItsSecretOpened) {
  store::v1::App app;
  app.set_name("workspaces/default/apps/crm");
  app.set_external_id("54321");
  app.set_client_id("client");
  app.add_accepted_signatures("v1");
  *app.mutable_client_secret() = SealField(keyring_, "fake-secret", app.name(), kClientSecretField);
  FC_ASSERT_OK_AND_ASSIGN(const AppIdentity identity, OpenAppIdentity(keyring_, app));
  EXPECT_EQ(identity.client_secret, "fake-secret");
  EXPECT_EQ(identity.external_id, "54321");
  EXPECT_EQ(identity.accepted_signatures.size(), 1u);

  store::v1::FormerSecret& former = *app.add_former_secrets();
  *former.mutable_secret() = SealField(keyring_, "fake-former", app.name(), kClientSecretField);
  *former.mutable_not_after() = ToProto(absl::FromUnixSeconds(1767225600));
  FC_ASSERT_OK_AND_ASSIGN(const AppIdentity with_former, OpenAppIdentity(keyring_, app));
  ASSERT_EQ(with_former.former_secrets.size(), 1u);
  EXPECT_EQ(with_former.former_secrets[0].value, "fake-former");
  EXPECT_EQ(with_former.former_secrets[0].not_after, absl::FromUnixSeconds(1767225600));

  app.clear_client_secret();
  EXPECT_EQ(OpenAppIdentity(keyring_, app)->client_secret, "");
}

}  // namespace
}  // namespace fluxcascade
