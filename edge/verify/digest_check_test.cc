#include "edge/verify/digest_check.h"

#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "edge/verify/recipe_fields.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;

constexpr int64_t kSentAtMillis = 1693657560000;

class DigestCheckTest : public testing::Test {
 protected:
  void SignWith(absl::string_view secret) {
    const DigestCheck check = *DigestCheck::Compile(recipe_, kTestUrl);
    const std::string timestamp = absl::StrCat(kSentAtMillis);
    const std::string text = check.SignedString(request_.View(), timestamp, secret);
    request_.headers = {{recipe_.header(), check.Signature(text, secret)},
                        {"x-request-timestamp", timestamp}};
  }

  Refusal CheckAt(absl::Time now) {
    return DigestCheck::Compile(recipe_, kTestUrl)->Check(request_.View(), now);
  }

  v1::DigestRecipe recipe_ = TimedHmac();
  OwnedRequest request_{.body = "[]"};
  absl::Time sent_at_ = absl::FromUnixMillis(kSentAtMillis);
};

TEST_F(DigestCheckTest, AnyOfTheSecretsWillDo) {
  recipe_.set_secrets(0, "first");
  recipe_.add_secrets("second");
  recipe_.add_secrets("third");
  for (const char* secret : {"first", "second", "third"}) {
    SignWith(secret);
    EXPECT_EQ(CheckAt(sent_at_), std::nullopt) << secret;
  }
  SignWith("fourth");
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, ASecretPartIsTheSecretThatIsTried) {
  recipe_ = HashOfBody();
  recipe_.add_secrets("second");
  SignWith("second");
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
}

TEST_F(DigestCheckTest, ARightSignatureThatIsTooOldSaysSo) {
  SignWith(kTestSecret);
  EXPECT_EQ(CheckAt(sent_at_ + absl::Minutes(5)), std::nullopt);
  EXPECT_EQ(CheckAt(sent_at_ + absl::Minutes(5) + absl::Milliseconds(1)),
            v1::RejectedRequest::REASON_TIMESTAMP_TOO_OLD);
}

TEST_F(DigestCheckTest, ARightSignatureFromTheFutureSaysSo) {
  SignWith(kTestSecret);
  EXPECT_EQ(CheckAt(sent_at_ - absl::Minutes(1)), std::nullopt);
  EXPECT_EQ(CheckAt(sent_at_ - absl::Minutes(1) - absl::Milliseconds(1)),
            v1::RejectedRequest::REASON_TIMESTAMP_TOO_NEW);
}

TEST_F(DigestCheckTest, AWrongSignatureThatIsTooOldIsAWrongSignature) {
  SignWith("another");
  EXPECT_EQ(CheckAt(sent_at_ + absl::Hours(1)), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, PartsStandInTheirOrderWithNothingBetween) {
  recipe_.clear_parts();
  Part* literal = recipe_.add_parts();
  literal->set_part(Part::PART_LITERAL);
  literal->set_literal("v0:");
  recipe_.add_parts()->set_part(Part::PART_TIMESTAMP);
  recipe_.add_parts()->set_part(Part::PART_SECRET);
  recipe_.add_parts()->set_part(Part::PART_BODY);
  recipe_.add_parts()->set_part(Part::PART_METHOD);
  const DigestCheck check = *DigestCheck::Compile(recipe_, kTestUrl);
  EXPECT_EQ(check.SignedString(request_.View(), "17", "secret"), "v0:17secret[]POST");
}

TEST_F(DigestCheckTest, APrefixStandsBeforeTheSignature) {
  recipe_.set_prefix("sha256=");
  SignWith(kTestSecret);
  EXPECT_THAT(request_.headers[0].second, testing::StartsWith("sha256="));
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
}

struct BadRecipe {
  const char* name;
  std::function<void(v1::DigestRecipe&)> change;
  std::string error;
};

using Recipe = v1::DigestRecipe;

std::vector<BadRecipe> BadRecipes() {
  return {
      {"NoAlgorithm", [](Recipe& r) { r.clear_algorithm(); },
       "algorithm must be ALGORITHM_HMAC_SHA256 or ALGORITHM_SHA256"},
      {"NewerAlgorithm", [](Recipe& r) { r.set_algorithm(static_cast<Recipe::Algorithm>(99)); },
       "algorithm must be ALGORITHM_HMAC_SHA256 or ALGORITHM_SHA256"},
      {"NoEncoding", [](Recipe& r) { r.clear_encoding(); },
       "encoding must be ENCODING_HEX or ENCODING_BASE64"},
      {"NoHeader", [](Recipe& r) { r.clear_header(); },
       "header must be the name of a header, 1 to 64 characters"},
      {"HeaderWithSpace", [](Recipe& r) { r.set_header("x signature"); },
       "header must be the name of a header, 1 to 64 characters"},
      {"LongHeader", [](Recipe& r) { r.set_header(std::string(65, 'x')); },
       "header must be the name of a header, 1 to 64 characters"},
      {"PrefixWithSpace", [](Recipe& r) { r.set_prefix("sha256= "); },
       "prefix must be at most 64 visible ASCII characters"},
      {"LongPrefix", [](Recipe& r) { r.set_prefix(std::string(65, 'x')); },
       "prefix must be at most 64 visible ASCII characters"},
      {"NoSecret", [](Recipe& r) { r.clear_secrets(); }, "secrets must be 1 to 10, are 0"},
      {"ElevenSecrets",
       [](Recipe& r) {
         while (r.secrets_size() < 11) r.add_secrets("x");
       },
       "secrets must be 1 to 10, are 11"},
      {"EmptySecret", [](Recipe& r) { r.add_secrets(""); }, "secrets[1] must be 1 to 1024 bytes"},
      {"LongSecret", [](Recipe& r) { r.set_secrets(0, std::string(1025, 'x')); },
       "secrets[0] must be 1 to 1024 bytes"},
      {"NoParts", [](Recipe& r) { r.clear_parts(); }, "parts must be 1 to 16, are 0"},
      {"SeventeenParts",
       [](Recipe& r) {
         while (r.parts_size() < 17) r.add_parts()->set_part(Part::PART_BODY);
       },
       "parts must be 1 to 16, are 17"},
      {"UnnamedPart", [](Recipe& r) { r.mutable_parts(0)->clear_part(); },
       "parts[0].part must be one of the named parts"},
      {"NewerPart", [](Recipe& r) { r.mutable_parts(0)->set_part(static_cast<Part::Part>(99)); },
       "parts[0].part must be one of the named parts"},
      {"UriWithoutDecoding", [](Recipe& r) { r.mutable_parts(1)->clear_uri_decoding(); },
       "parts[1].uri_decoding must be URI_DECODING_NONE or URI_DECODING_RESERVED_CHARACTERS"},
      {"NewerDecoding",
       [](Recipe& r) { r.mutable_parts(1)->set_uri_decoding(static_cast<Part::UriDecoding>(99)); },
       "parts[1].uri_decoding must be URI_DECODING_NONE or URI_DECODING_RESERVED_CHARACTERS"},
      {"DecodingOfAnotherPart",
       [](Recipe& r) { r.mutable_parts(0)->set_uri_decoding(Part::URI_DECODING_NONE); },
       "parts[0].uri_decoding is for PART_PUBLIC_URI alone"},
      {"EmptyLiteral", [](Recipe& r) { r.add_parts()->set_part(Part::PART_LITERAL); },
       "parts[4].literal must be 1 to 256 bytes for PART_LITERAL, and empty for the others"},
      {"LiteralOfAnotherPart", [](Recipe& r) { r.mutable_parts(0)->set_literal("x"); },
       "parts[0].literal must be 1 to 256 bytes for PART_LITERAL, and empty for the others"},
      {"NoBody", [](Recipe& r) { r.mutable_parts(2)->set_part(Part::PART_METHOD); },
       "parts must hold PART_BODY: otherwise any body passes"},
      {"HashWithoutSecret", [](Recipe& r) { r.set_algorithm(Recipe::ALGORITHM_SHA256); },
       "parts must hold PART_SECRET for ALGORITHM_SHA256: it has no key"},
      {"TimestampWithoutRule", [](Recipe& r) { r.clear_timestamp(); },
       "timestamp is required with PART_TIMESTAMP"},
      {"RuleWithoutTimestamp", [](Recipe& r) { r.mutable_parts()->RemoveLast(); },
       "timestamp needs PART_TIMESTAMP: an unsigned time protects nothing"},
      {"BadRule", [](Recipe& r) { r.mutable_timestamp()->clear_max_age(); },
       "timestamp.max_age is required, from 0s to 24h"},
  };
}

class BadRecipesTest : public testing::TestWithParam<BadRecipe> {};

TEST_P(BadRecipesTest, IsRefusedByFieldAndWithWhatIsAllowed) {
  v1::DigestRecipe recipe = TimedHmac();
  GetParam().change(recipe);
  const absl::Status status = DigestCheck::Compile(recipe, kTestUrl).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(All, BadRecipesTest, testing::ValuesIn(BadRecipes()),
                         [](const auto& info) { return info.param.name; });

TEST(RecipeLimitsTest, EachLimitItselfIsTaken) {
  v1::DigestRecipe recipe = TimedHmac();
  recipe.set_header(std::string(64, 'x'));
  recipe.set_prefix(std::string(64, 'x'));
  while (recipe.parts_size() < DigestCheck::kMaxParts) {
    Part* part = recipe.add_parts();
    part->set_part(Part::PART_LITERAL);
    part->set_literal(std::string(256, 'x'));
  }
  recipe.clear_secrets();
  while (recipe.secrets_size() < kMaxSecrets) recipe.add_secrets(std::string(1024, 's'));
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl).status(), absl::OkStatus());
}

}  // namespace
}  // namespace fluxcascade::edge
