#include "edge/verify/digest_check.h"

#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "edge/verify/recipe_fields.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;

constexpr int64_t kSentAtMillis = 1693657560000;

class DigestCheckTest : public testing::Test {
 protected:
  void SignWith(absl::string_view secret) {
    const std::string timestamp = absl::StrCat(kSentAtMillis);
    request_.headers = {
        {recipe_.header(), SenderForTest(recipe_, kTestUrl)
                               .HeaderValue(request_.View(), timestamp, {std::string(secret)})},
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
  recipe_.mutable_secrets(0)->set_value("first");
  recipe_.add_secrets()->set_value("second");
  recipe_.add_secrets()->set_value("third");
  for (const char* secret : {"first", "second", "third"}) {
    SignWith(secret);
    EXPECT_EQ(CheckAt(sent_at_), std::nullopt) << secret;
  }
  SignWith("fourth");
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, ASecretPartIsTheSecretThatIsTried) {
  recipe_ = HashOfBody();
  recipe_.add_secrets()->set_value("second");
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
  recipe_.mutable_secrets(0)->set_value("secret");
  SignWith("secret");
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
  EXPECT_EQ(SenderForTest(recipe_, kTestUrl).SignedString(request_.View(), "17", "secret"),
            "v0:17secret[]POST");
}

TEST_F(DigestCheckTest, APrefixStandsBeforeTheSignature) {
  recipe_.set_prefix("sha256=");
  SignWith(kTestSecret);
  EXPECT_THAT(request_.headers[0].second, testing::StartsWith("sha256="));
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
}

TEST_F(DigestCheckTest, EachAlgorithmVerifiesWhatItsSenderSigns) {
  for (const auto algorithm :
       {v1::DigestRecipe::ALGORITHM_HMAC_SHA1, v1::DigestRecipe::ALGORITHM_HMAC_SHA256,
        v1::DigestRecipe::ALGORITHM_HMAC_SHA512}) {
    recipe_.set_algorithm(algorithm);
    SignWith(kTestSecret);
    EXPECT_EQ(CheckAt(sent_at_), std::nullopt) << algorithm;
    SignWith("another");
    EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH) << algorithm;
  }
}

TEST_F(DigestCheckTest, ADigestOfAnotherAlgorithmsLengthIsMalformed) {
  recipe_.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA1);
  SignWith(kTestSecret);
  recipe_.set_algorithm(v1::DigestRecipe::ALGORITHM_HMAC_SHA512);
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MALFORMED);
}

TEST_F(DigestCheckTest, AnyOfThePublicKeysWillDo) {
  recipe_.set_algorithm(v1::DigestRecipe::ALGORITHM_ED25519);
  const std::string other_seed(32, 's');
  recipe_.mutable_secrets(0)->set_value(Ed25519PublicKey(other_seed));
  recipe_.add_secrets()->set_value(Ed25519PublicKey(kTestSeed));
  for (const std::string& seed : {other_seed, std::string(kTestSeed)}) {
    SignWith(seed);
    EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
  }
  SignWith(std::string(32, 't'));
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, AnExpiredSecretNeverVerifies) {
  recipe_.mutable_secrets(0)->mutable_not_after()->set_seconds(kSentAtMillis / 1000);
  recipe_.add_secrets()->set_value("next");
  SignWith(kTestSecret);
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
  EXPECT_EQ(CheckAt(sent_at_ + absl::Nanoseconds(1)), v1::RejectedRequest::REASON_SECRET_EXPIRED);
  SignWith("next");
  EXPECT_EQ(CheckAt(sent_at_ + absl::Nanoseconds(1)), std::nullopt);
  SignWith("neither");
  EXPECT_EQ(CheckAt(sent_at_ + absl::Nanoseconds(1)),
            v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, WhenAllSecretsHaveExpiredThatIsTheReason) {
  recipe_.mutable_secrets(0)->mutable_not_after()->set_seconds(kSentAtMillis / 1000 - 1);
  SignWith("neither");
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SECRET_EXPIRED);
}

// At every moment the sender may use either secret, or has changed already.
TEST_F(DigestCheckTest, SecretsAreRotatedWithoutARefusedRequest) {
  const auto accepts = [this](absl::string_view secret, absl::Duration later) {
    SignWith(secret);
    return CheckAt(sent_at_ + later) == std::nullopt;
  };
  EXPECT_TRUE(accepts(kTestSecret, absl::ZeroDuration()));

  recipe_.add_secrets()->set_value("next");  // given out; the old one gets an end
  recipe_.mutable_secrets(0)->mutable_not_after()->set_seconds(kSentAtMillis / 1000 + 120);
  for (const int seconds : {0, 60, 120}) {
    EXPECT_TRUE(accepts(kTestSecret, absl::Seconds(seconds)));
    EXPECT_TRUE(accepts("next", absl::Seconds(seconds)));
  }
  EXPECT_FALSE(accepts(kTestSecret, absl::Seconds(121)));
  EXPECT_TRUE(accepts("next", absl::Seconds(121)));

  recipe_.mutable_secrets()->DeleteSubrange(0, 1);  // the old one is taken away
  EXPECT_TRUE(accepts("next", absl::Seconds(121)));
}

TEST_F(DigestCheckTest, ASenderThatSignsWithBothSecretsIsAcceptedByEither) {
  recipe_ = TimedItems();
  const std::vector<std::string> both = {kTestSecret, "next"};
  const std::string value =
      SenderForTest(recipe_, kTestUrl).HeaderValue(request_.View(), "1693657560", both);
  request_.headers = {{"X-Signatures", value}};
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
  recipe_.mutable_secrets(0)->set_value("next");
  EXPECT_EQ(CheckAt(sent_at_), std::nullopt);
  recipe_.mutable_secrets(0)->set_value("neither");
  EXPECT_EQ(CheckAt(sent_at_), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(DigestCheckTest, ARequestIsNamedByItsSignedIdUntilItIsTooOld) {
  recipe_ = StandardWebhook();
  request_.headers = {{"Webhook-Id", "msg_1"}, {"Webhook-Timestamp", "1700000000"}};
  const DigestCheck check = *DigestCheck::Compile(recipe_, kTestUrl);
  const std::optional<SignedId> id = check.IdOf(request_.View());
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->id, "msg_1");
  EXPECT_EQ(id->good_until, absl::FromUnixSeconds(1700000300));

  recipe_.clear_replay();
  EXPECT_FALSE(DigestCheck::Compile(recipe_, kTestUrl)->IdOf(request_.View()).has_value());
}

struct BadRecipe {
  const char* name;
  std::function<void(v1::DigestRecipe&)> change;
  std::string error;
};

using Recipe = v1::DigestRecipe;

constexpr char kAlgorithms[] =
    "algorithm must be ALGORITHM_HMAC_SHA256, ALGORITHM_SHA256, ALGORITHM_HMAC_SHA1, "
    "ALGORITHM_HMAC_SHA512 or ALGORITHM_ED25519";

// The change of a recipe that is already signed with a key.
void SignWithAKey(Recipe& recipe) {
  recipe.set_algorithm(Recipe::ALGORITHM_ED25519);
  recipe.mutable_secrets(0)->set_value(Ed25519PublicKey(kTestSeed));
}

std::vector<BadRecipe> BadRecipes() {
  return {
      {"NoAlgorithm", [](Recipe& r) { r.clear_algorithm(); }, kAlgorithms},
      {"NewerAlgorithm", [](Recipe& r) { r.set_algorithm(static_cast<Recipe::Algorithm>(99)); },
       kAlgorithms},
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
         while (r.secrets_size() < 11) r.add_secrets()->set_value("x");
       },
       "secrets must be 1 to 10, are 11"},
      {"EmptySecret", [](Recipe& r) { r.add_secrets(); },
       "secrets[1].value must be 1 to 1024 bytes"},
      {"LongSecret", [](Recipe& r) { r.mutable_secrets(0)->set_value(std::string(1025, 'x')); },
       "secrets[0].value must be 1 to 1024 bytes"},
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
      {"HeaderPartWithoutAName", [](Recipe& r) { r.add_parts()->set_part(Part::PART_HEADER); },
       "parts[4].header must be the name of a header, 1 to 64 characters"},
      {"HeaderOfAnotherPart", [](Recipe& r) { r.mutable_parts(0)->set_header("x-id"); },
       "parts[0].header is for PART_HEADER alone"},
      {"LongSeparator", [](Recipe& r) { r.set_separator(", "); },
       "separator must be empty, a space or one punctuation character, not of `+/=`"},
      {"SeparatorInThePrefix",
       [](Recipe& r) {
         r.set_separator(",");
         r.set_prefix("v1,");
       },
       "prefix must not hold the separator"},
      {"ItemWithoutASeparator", [](Recipe& r) { r.mutable_timestamp()->set_item_prefix("t="); },
       "timestamp.item_prefix needs the recipe's separator"},
      {"ShortKey",
       [](Recipe& r) {
         SignWithAKey(r);
         r.add_secrets()->set_value(std::string(31, 'k'));
       },
       "secrets[1].value must be a public key of 32 bytes for ALGORITHM_ED25519"},
      {"LongKey",
       [](Recipe& r) {
         SignWithAKey(r);
         r.mutable_secrets(0)->set_value(std::string(33, 'k'));
       },
       "secrets[0].value must be a public key of 32 bytes for ALGORITHM_ED25519"},
      {"SecretPartOfAKey",
       [](Recipe& r) {
         SignWithAKey(r);
         r.add_parts()->set_part(Part::PART_SECRET);
       },
       "parts must not hold PART_SECRET for ALGORITHM_ED25519: it has none"},
      {"ReplayOfNothing", [](Recipe& r) { r.mutable_replay(); },
       "replay.id_header must be the header of a PART_HEADER: an unsigned id protects nothing"},
      {"ReplayOfAnUnsignedHeader",
       [](Recipe& r) {
         r = StandardWebhook();
         r.mutable_replay()->set_id_header("webhook-timestamp");
       },
       "replay.id_header must be the header of a PART_HEADER: an unsigned id protects nothing"},
      {"ReplayWithoutTimestamp",
       [](Recipe& r) {
         r = StandardWebhook();
         r.mutable_parts(2)->set_part(Part::PART_METHOD);
         r.clear_timestamp();
       },
       "replay needs timestamp: otherwise ids would have to be kept for ever"},
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
  while (recipe.parts_size() < SignedParts::kMaxParts) {
    Part* part = recipe.add_parts();
    part->set_part(Part::PART_LITERAL);
    part->set_literal(std::string(256, 'x'));
  }
  recipe.clear_secrets();
  while (recipe.secrets_size() < kMaxSecrets) {
    recipe.add_secrets()->set_value(std::string(1024, 's'));
  }
  EXPECT_EQ(DigestCheck::Compile(recipe, kTestUrl).status(), absl::OkStatus());
}

}  // namespace
}  // namespace fluxcascade::edge
