#include "controlplane/api/former_secrets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);

store::v1::App AppWith(const std::string& secret) {
  store::v1::App app;
  app.set_name("workspaces/w/apps/a");
  app.mutable_client_secret()->set_ciphertext(secret);
  return app;
}

TEST(FormerSecretsTest, TheNewestStandsFirst) {
  store::v1::App app = AppWith("third");
  FC_ASSERT_OK(KeepFormerSecret(AppWith("first"), true, absl::Hours(1), kNow, app));
  FC_ASSERT_OK(KeepFormerSecret(AppWith("second"), true, kLongestKeptSecret, kNow, app));
  ASSERT_EQ(app.former_secrets_size(), 2);
  EXPECT_EQ(app.former_secrets(0).secret().ciphertext(), "second");
  EXPECT_EQ(FromProto(app.former_secrets(0).not_after()), kNow + absl::Hours(24 * 30));
  EXPECT_EQ(app.former_secrets(1).secret().ciphertext(), "first");
  EXPECT_EQ(FromProto(app.former_secrets(1).not_after()), kNow + absl::Hours(1));
}

TEST(FormerSecretsTest, ThoseWhoseTimeIsOverAreForgotten) {
  store::v1::App app = AppWith("third");
  FC_ASSERT_OK(KeepFormerSecret(AppWith("first"), true, absl::Hours(1), kNow, app));
  FC_ASSERT_OK(KeepFormerSecret(AppWith("second"), true, absl::Hours(2), kNow, app));
  ForgetEndedSecrets(kNow + absl::Hours(1) - absl::Nanoseconds(1), app);
  EXPECT_EQ(app.former_secrets_size(), 2);
  ForgetEndedSecrets(kNow + absl::Hours(1), app);
  ASSERT_EQ(app.former_secrets_size(), 1);
  EXPECT_EQ(app.former_secrets(0).secret().ciphertext(), "second");
}

TEST(FormerSecretsTest, NineMayBeInForce) {
  store::v1::App app = AppWith("last");
  for (int i = 0; i < kMaxFormerSecrets; ++i) {
    FC_ASSERT_OK(KeepFormerSecret(AppWith(absl::StrCat(i)), true, absl::Hours(1), kNow, app));
  }
  const absl::Status status = KeepFormerSecret(AppWith("9"), true, absl::Hours(1), kNow, app);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition,
                               HasSubstr("workspaces/w/apps/a has 9 former secrets")));
  EXPECT_EQ(app.former_secrets_size(), kMaxFormerSecrets);
}

TEST(FormerSecretsTest, TheTimeHasLimits) {
  store::v1::App app = AppWith("new");
  for (const absl::Duration keep : {absl::ZeroDuration(), absl::Milliseconds(999), -absl::Hours(1),
                                    kLongestKeptSecret + absl::Nanoseconds(1)}) {
    EXPECT_THAT(KeepFormerSecret(AppWith("old"), true, keep, kNow, app),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("keep_former_secret: must be 1s to 2592000s (30 days), is ")))
        << keep;
  }
  FC_EXPECT_OK(KeepFormerSecret(AppWith("old"), true, absl::Seconds(1), kNow, app));
}

TEST(FormerSecretsTest, OnlyAReplacedSecretIsKept) {
  store::v1::App app = AppWith("same");
  EXPECT_THAT(KeepFormerSecret(AppWith("same"), false, absl::Hours(1), kNow, app),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("this update replaces no app.client_secret")));
  store::v1::App without;
  EXPECT_THAT(KeepFormerSecret(without, true, absl::Hours(1), kNow, app),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(app.former_secrets_size(), 0);
}

}  // namespace
}  // namespace fluxcascade
