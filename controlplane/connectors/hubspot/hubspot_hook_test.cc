#include "controlplane/connectors/hubspot/hubspot_hook.h"

#include <string>

#include "common/proto_time/proto_time.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

AppIdentity App(std::vector<std::string> accepted) {
  return {.external_id = "54321",
          .client_id = "client",
          .client_secret = "fake-secret",
          .accepted_signatures = std::move(accepted)};
}

constexpr char kV3[] = R"pb(
  label: "v3"
  digest {
    algorithm: ALGORITHM_HMAC_SHA256
    encoding: ENCODING_BASE64
    header: "x-hubspot-signature-v3"
    secrets { value: "fake-secret" }
    parts { part: PART_METHOD }
    parts { part: PART_PUBLIC_URI uri_decoding: URI_DECODING_RESERVED_CHARACTERS }
    parts { part: PART_BODY }
    parts { part: PART_TIMESTAMP }
    timestamp {
      header: "x-hubspot-request-timestamp"
      unit: UNIT_MILLISECONDS
      max_age { seconds: 300 }
      max_ahead { seconds: 60 }
    }
  })pb";

constexpr char kV1[] = R"pb(
  label: "v1"
  digest {
    algorithm: ALGORITHM_SHA256
    encoding: ENCODING_HEX
    header: "x-hubspot-signature"
    secrets { value: "fake-secret" }
    parts { part: PART_SECRET }
    parts { part: PART_BODY }
  })pb";

constexpr char kV2[] = R"pb(
  label: "v2"
  digest {
    algorithm: ALGORITHM_SHA256
    encoding: ENCODING_HEX
    header: "x-hubspot-signature"
    secrets { value: "fake-secret" }
    parts { part: PART_SECRET }
    parts { part: PART_METHOD }
    parts { part: PART_PUBLIC_URI uri_decoding: URI_DECODING_NONE }
    parts { part: PART_BODY }
  })pb";

bool Is(const edge::v1::Recipe& recipe, const char* text) {
  edge::v1::Recipe expected;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &expected));
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  const bool same = differencer.Compare(expected, recipe);
  EXPECT_TRUE(same) << difference;
  return same;
}

TEST(HubSpotHookTest, V3IsRequiredUnlessAnAppSaysOtherwise) {
  edge::v1::Hook hook;
  ASSERT_TRUE(FillHubSpotHook(App({}), hook).ok());
  ASSERT_EQ(hook.required_size(), 1);
  EXPECT_EQ(hook.any_of_size(), 0);
  EXPECT_TRUE(Is(hook.required(0), kV3));
}

TEST(HubSpotHookTest, NamingV3AloneWeakensNothing) {
  edge::v1::Hook hook;
  ASSERT_TRUE(FillHubSpotHook(App({"v3"}), hook).ok());
  EXPECT_EQ(hook.required_size(), 1);
  EXPECT_EQ(hook.any_of_size(), 0);
}

TEST(HubSpotHookTest, AcceptedSignaturesStandBesideV3) {
  edge::v1::Hook hook;
  ASSERT_TRUE(FillHubSpotHook(App({"v1", "v2"}), hook).ok());
  EXPECT_EQ(hook.required_size(), 0);
  ASSERT_EQ(hook.any_of_size(), 3);
  EXPECT_TRUE(Is(hook.any_of(0), kV3));
  EXPECT_TRUE(Is(hook.any_of(1), kV1));
  EXPECT_TRUE(Is(hook.any_of(2), kV2));
}

TEST(HubSpotHookTest, FormerSecretsProveASenderUntilTheirEnds) {
  AppIdentity app = App({"v1"});
  const absl::Time end = absl::FromUnixSeconds(1767225600);
  app.former_secrets = {{.value = "fake-former", .not_after = end}};
  edge::v1::Hook hook;
  ASSERT_TRUE(FillHubSpotHook(app, hook).ok());
  for (const edge::v1::Recipe& recipe : hook.any_of()) {
    ASSERT_EQ(recipe.digest().secrets_size(), 2);
    EXPECT_EQ(recipe.digest().secrets(0).value(), "fake-secret");
    EXPECT_FALSE(recipe.digest().secrets(0).has_not_after());
    EXPECT_EQ(recipe.digest().secrets(1).value(), "fake-former");
    EXPECT_EQ(FromProto(recipe.digest().secrets(1).not_after()), end);
  }
}

TEST(HubSpotHookTest, AnUnknownSignatureIsAnsweredWithTheOnesThereAre) {
  edge::v1::Hook hook;
  const absl::Status status = FillHubSpotHook(App({"v4"}), hook);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'v4'; there are: v1, v2, v3"));
  EXPECT_EQ(status.message().find("fake-secret"), absl::string_view::npos);
}

TEST(HubSpotHookTest, AnAppWithoutASecretHasNoHook) {
  AppIdentity app = App({});
  app.client_secret.clear();
  edge::v1::Hook hook;
  EXPECT_EQ(FillHubSpotHook(app, hook).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(HubSpotHookTest, NoHeaderWithASecretIsLogged) {
  edge::v1::Hook hook;
  ASSERT_TRUE(FillHubSpotHook(App({}), hook).ok());
  for (const std::string& header : hook.logged_headers()) {
    EXPECT_NE(header, "authorization");
    EXPECT_NE(header, "cookie");
  }
}

}  // namespace
}  // namespace fluxcascade
