#include "edge/verify/recipe.h"

#include <string>

#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

std::string ErrorOf(const v1::Recipe& recipe) {
  return std::string(RecipeVerifier::Compile(recipe, kTestUrl).status().message());
}

TEST(RecipeVerifierTest, VerifiesAsItsKindDoes) {
  OwnedRequest request{.headers = {{"authorization", "Basic YTpi"}}};
  const auto basic = RecipeVerifier::Compile(Basic("basic", "a:b"), kTestUrl);
  EXPECT_EQ(basic->label(), "basic");
  EXPECT_EQ(basic->Verify(request.View(), absl::UnixEpoch()), std::nullopt);

  const auto token = RecipeVerifier::Compile(HeaderToken("token", "x-token", "t"), kTestUrl);
  EXPECT_EQ(token->Verify(request.View(), absl::UnixEpoch()),
            v1::RejectedRequest::REASON_CREDENTIALS_MISSING);

  const auto digest = RecipeVerifier::Compile(Labelled("v1", HashOfBody()), kTestUrl);
  EXPECT_EQ(digest->Verify(request.View(), absl::UnixEpoch()),
            v1::RejectedRequest::REASON_SIGNATURE_MISSING);
}

TEST(RecipeVerifierTest, AnIdIsOfTheRecipeThatAsksForIt) {
  OwnedRequest request{.headers = {{"Webhook-Id", "msg_1"}, {"Webhook-Timestamp", "1700000000"}}};
  const auto with_ids = RecipeVerifier::Compile(Labelled("v1", StandardWebhook()), kTestUrl);
  const std::optional<SignedId> id = with_ids->IdOf(request.View());
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->recipe, "v1");
  EXPECT_EQ(id->id, "msg_1");
  EXPECT_EQ(id->good_until, absl::FromUnixSeconds(1700000300));

  const auto basic = RecipeVerifier::Compile(Basic("basic", "a:b"), kTestUrl);
  EXPECT_FALSE(basic->IdOf(request.View()).has_value());
  const auto digest = RecipeVerifier::Compile(Labelled("v3", TimedHmac()), kTestUrl);
  EXPECT_FALSE(digest->IdOf(request.View()).has_value());
}

TEST(RecipeVerifierTest, ErrorsNameThePathToTheField) {
  v1::Recipe digest = Labelled("v3", TimedHmac());
  digest.mutable_digest()->mutable_timestamp()->clear_unit();
  EXPECT_EQ(ErrorOf(digest), "digest.timestamp.unit must be UNIT_MILLISECONDS or UNIT_SECONDS");
  EXPECT_EQ(ErrorOf(HeaderToken("t", "x-token", "")),
            "token.tokens[0].value must be 1 to 1024 bytes");
  EXPECT_EQ(ErrorOf(Basic("b", "")), "basic.credentials[0].value must be 1 to 1024 bytes");
}

TEST(RecipeVerifierTest, AKindIsRequired) {
  v1::Recipe recipe;
  recipe.set_label("empty");
  EXPECT_EQ(ErrorOf(recipe), "kind must be digest, basic or token");
}

TEST(RecipeVerifierTest, ALabelHasOneTo32VisibleCharacters) {
  const std::string expected = "label must be 1 to 32 visible ASCII characters";
  EXPECT_EQ(ErrorOf(Basic("", "a:b")), expected);
  EXPECT_EQ(ErrorOf(Basic("two words", "a:b")), expected);
  EXPECT_EQ(ErrorOf(Basic(std::string(33, 'l'), "a:b")), expected);
  EXPECT_EQ(ErrorOf(Basic(std::string(32, 'l'), "a:b")), "");
}

}  // namespace
}  // namespace fluxcascade::edge
