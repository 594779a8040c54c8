#include "controlplane/api/credentials.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using v1::Credential;

constexpr char kField[] = "connection.credential";

Credential WithToken(const std::string& token) {
  Credential credential;
  credential.mutable_api_token()->set_token(token);
  return credential;
}

absl::Status Refusal(const Credential& credential) {
  return ToPlainCredential(kField, credential).status();
}

TEST(CredentialsTest, AnApiTokenIsTaken) {
  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential plain,
                          ToPlainCredential(kField, WithToken("fake-token")));
  EXPECT_EQ(plain.kind, CredentialKind::kApiToken);
  EXPECT_EQ(plain.token, "fake-token");
}

TEST(CredentialsTest, ADeveloperKeyIsTaken) {
  Credential credential;
  credential.mutable_developer_key()->set_key("fake-key");
  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential plain, ToPlainCredential(kField, credential));
  EXPECT_EQ(plain.kind, CredentialKind::kDeveloperKey);
  EXPECT_EQ(plain.token, "fake-key");
}

TEST(CredentialsTest, AnOAuthGrantIsTakenWithOrWithoutAnAccessToken) {
  Credential credential;
  credential.mutable_oauth()->set_refresh_token("fake-refresh");
  FC_ASSERT_OK_AND_ASSIGN(PlainCredential plain, ToPlainCredential(kField, credential));
  EXPECT_EQ(plain.kind, CredentialKind::kOAuth);
  EXPECT_EQ(plain.refresh_token, "fake-refresh");
  EXPECT_EQ(plain.access_token, "");
  EXPECT_FALSE(plain.access_token_expire_time.has_value());

  const absl::Time expires = absl::FromUnixSeconds(1767225600);
  credential.mutable_oauth()->set_access_token("fake-access");
  *credential.mutable_oauth()->mutable_access_token_expire_time() = ToProto(expires);
  FC_ASSERT_OK_AND_ASSIGN(plain, ToPlainCredential(kField, credential));
  EXPECT_EQ(plain.access_token, "fake-access");
  EXPECT_EQ(plain.access_token_expire_time, expires);
}

TEST(CredentialsTest, WithoutAKindTheKindsAreNamed) {
  EXPECT_THAT(Refusal({}), StatusIs(StatusCode::kInvalidArgument,
                                    AllOf(HasSubstr("connection.credential: is missing"),
                                          HasSubstr("api_token, oauth, developer_key"))));
}

TEST(CredentialsTest, WhatIsEmptyIsNamed) {
  EXPECT_THAT(
      Refusal(WithToken("")),
      StatusIs(StatusCode::kInvalidArgument, "connection.credential.api_token.token: is missing"));
  Credential key;
  key.mutable_developer_key();
  EXPECT_THAT(Refusal(key), StatusIs(StatusCode::kInvalidArgument,
                                     "connection.credential.developer_key.key: is missing"));
  Credential grant;
  grant.mutable_oauth()->set_access_token("fake-access");
  EXPECT_THAT(Refusal(grant), StatusIs(StatusCode::kInvalidArgument,
                                       "connection.credential.oauth.refresh_token: is missing"));
}

TEST(CredentialsTest, ASecretHasAtMost8192Bytes) {
  FC_EXPECT_OK(Refusal(WithToken(std::string(8192, 'x'))));
  EXPECT_THAT(Refusal(WithToken(std::string(8193, 'x'))),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("api_token.token: "), HasSubstr("8192"))));
}

TEST(CredentialsTest, WhatWouldEndAHeaderIsRefusedAndNeverRepeated) {
  for (const char* bad : {" ", "\n", "\r", "\t", "\x7f", "\xc3\xa4"}) {
    EXPECT_THAT(Refusal(WithToken(absl::StrCat("fake-secret", bad))),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("api_token.token: "), Not(HasSubstr("fake-secret")))));
  }
  FC_EXPECT_OK(Refusal(WithToken("!~")));
  Credential grant;
  grant.mutable_oauth()->set_refresh_token("fake-refresh");
  grant.mutable_oauth()->set_access_token("fake access");
  EXPECT_THAT(Refusal(grant),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("oauth.access_token: ")));
}

}  // namespace
}  // namespace fluxcascade
