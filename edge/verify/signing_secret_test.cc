#include "edge/verify/signing_secret.h"

#include <string>

#include "common/crypto/encoding.h"
#include "common/status/status_matchers.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Recipe = v1::DigestRecipe;

struct Case {
  Recipe::Algorithm algorithm;
  // As the sender and as the edge has it.
  std::string senders_secret;
  std::string edges_secret;
  size_t signature_bytes;
};

std::vector<Case> Cases() {
  return {{Recipe::ALGORITHM_HMAC_SHA1, "s", "s", 20},
          {Recipe::ALGORITHM_HMAC_SHA256, "s", "s", 32},
          {Recipe::ALGORITHM_HMAC_SHA512, "s", "s", 64},
          {Recipe::ALGORITHM_SHA256, "s", "s", 32},
          {Recipe::ALGORITHM_ED25519, kTestSeed, Ed25519PublicKey(kTestSeed), 64}};
}

class SigningSecretTest : public testing::TestWithParam<Case> {
 protected:
  static std::string Signature(const std::string& text) {
    Recipe recipe;
    recipe.set_algorithm(GetParam().algorithm);
    recipe.set_encoding(Recipe::ENCODING_HEX);
    const std::string hex =
        SenderForTest(recipe, kTestUrl).Signature(text, GetParam().senders_secret);
    return *CanonicalHexDecode(hex);
  }

  static bool MadeAnyOf(const Signatures& signatures) {
    v1::Secret secret;
    secret.set_value(GetParam().edges_secret);
    SignedPieces pieces;
    pieces.Add("hel");
    pieces.Add("lo");
    if (GetParam().algorithm == Recipe::ALGORITHM_ED25519) pieces.Join();
    return SigningSecret::Compile(GetParam().algorithm, secret)->MadeAnyOf(signatures, pieces);
  }
};

TEST_P(SigningSecretTest, SignaturesAreAsLongAsStated) {
  EXPECT_EQ(*SignatureBytes(GetParam().algorithm), GetParam().signature_bytes);
  EXPECT_EQ(Signature("hello").size(), GetParam().signature_bytes);
}

TEST_P(SigningSecretTest, KnowsItsOwnWhereverItStands) {
  const std::string own = Signature("hello");
  const std::string other = Signature("hullo");
  EXPECT_TRUE(MadeAnyOf({own}));
  EXPECT_TRUE(MadeAnyOf({other, own}));
  EXPECT_TRUE(MadeAnyOf({own, other}));
  EXPECT_FALSE(MadeAnyOf({other, other}));
  EXPECT_FALSE(MadeAnyOf({}));
}

INSTANTIATE_TEST_SUITE_P(All, SigningSecretTest, testing::ValuesIn(Cases()));

TEST(SigningSecretFieldsTest, AnAlgorithmThatIsNotKnownIsRefused) {
  EXPECT_THAT(SignatureBytes(static_cast<Recipe::Algorithm>(99)).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SigningSecretFieldsTest, AnAbsentEndIsNone) {
  v1::Secret secret;
  secret.set_value("s");
  const auto not_after = [&secret] {
    return SigningSecret::Compile(Recipe::ALGORITHM_SHA256, secret)->not_after();
  };
  EXPECT_EQ(not_after(), absl::InfiniteFuture());
  secret.mutable_not_after()->set_seconds(1700000000);
  EXPECT_EQ(not_after(), absl::FromUnixSeconds(1700000000));
}

}  // namespace
}  // namespace fluxcascade::edge
