#include "edge/verify/basic_check.h"

#include <string>

#include "common/crypto/encoding.h"
#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_CREDENTIALS_MISSING;
constexpr RejectionReason kMismatch = v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH;

class BasicCheckTest : public testing::Test {
 protected:
  BasicCheckTest() {
    recipe_.add_credentials()->set_value("hook:not-a-secret");
    recipe_.add_credentials()->set_value(":only-a-password");
  }

  Refusal CheckOf(const std::string& authorization) {
    OwnedRequest request{.headers = {{"Authorization", authorization}}};
    return BasicCheck::Compile(recipe_)->Check(request.View(), now_);
  }

  Refusal CheckOfPair(absl::string_view pair) { return CheckOf("Basic " + Base64Encode(pair)); }

  v1::BasicRecipe recipe_;
  const absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

TEST_F(BasicCheckTest, EachOfThePairsIsAccepted) {
  EXPECT_EQ(CheckOfPair("hook:not-a-secret"), std::nullopt);
  EXPECT_EQ(CheckOfPair(":only-a-password"), std::nullopt);
}

TEST_F(BasicCheckTest, AnyOtherPairIsAMismatch) {
  for (const char* pair : {"", ":", "hook:", "hook:not-a-secre", "hook:not-a-secret ",
                           "Hook:not-a-secret", "hook:not-a-secret\n", "not-a-secret:hook"}) {
    EXPECT_EQ(CheckOfPair(pair), kMismatch) << pair;
  }
}

TEST_F(BasicCheckTest, NoHeaderIsMissing) {
  OwnedRequest request;
  EXPECT_EQ(BasicCheck::Compile(recipe_)->Check(request.View(), now_), kMissing);
}

TEST_F(BasicCheckTest, TwoHeadersAreAMismatchEvenIfTheyAgree) {
  const std::string value = "Basic " + Base64Encode("hook:not-a-secret");
  OwnedRequest request{.headers = {{"Authorization", value}, {"authorization", value}}};
  EXPECT_EQ(BasicCheck::Compile(recipe_)->Check(request.View(), now_), kMismatch);
}

TEST_F(BasicCheckTest, TheSchemeHasNoCase) {
  EXPECT_EQ(CheckOf("bAsIc " + Base64Encode("hook:not-a-secret")), std::nullopt);
}

TEST_F(BasicCheckTest, AnotherFormIsAMismatch) {
  const std::string encoded = Base64Encode("hook:not-a-secret");
  for (const std::string& value :
       {std::string(), std::string("Basic"), std::string("Basic "), encoded, "Basic" + encoded,
        "Bearer " + encoded, "Basic  " + encoded, "Basic " + encoded + " ", "Basic\t" + encoded,
        std::string("Basic hook:not-a-secret"), "Basic " + encoded.substr(0, encoded.size() - 1)}) {
    EXPECT_EQ(CheckOf(value), kMismatch) << "'" << value << "'";
  }
}

TEST_F(BasicCheckTest, APairPastItsEndIsRefusedWithThatReason) {
  recipe_.mutable_credentials(0)->mutable_not_after()->set_seconds(1700000000);
  EXPECT_EQ(CheckOfPair("hook:not-a-secret"), std::nullopt);
  recipe_.mutable_credentials(0)->mutable_not_after()->set_seconds(1699999999);
  EXPECT_EQ(CheckOfPair("hook:not-a-secret"), v1::RejectedRequest::REASON_SECRET_EXPIRED);
  EXPECT_EQ(CheckOfPair(":only-a-password"), std::nullopt);
}

TEST_F(BasicCheckTest, CredentialsWithoutAColonAreRefusedByIndexAndNotShown) {
  recipe_.add_credentials()->set_value("colonless");
  const absl::Status status = BasicCheck::Compile(recipe_).status();
  EXPECT_EQ(status.message(), "credentials[2].value must be `user:password`");
}

TEST_F(BasicCheckTest, OneToTenPairsAreTaken) {
  while (recipe_.credentials_size() < 10) recipe_.add_credentials()->set_value("a:b");
  EXPECT_TRUE(BasicCheck::Compile(recipe_).ok());
  recipe_.add_credentials()->set_value("a:b");
  EXPECT_EQ(BasicCheck::Compile(recipe_).status().message(), "credentials must be 1 to 10, are 11");
  EXPECT_EQ(BasicCheck::Compile(v1::BasicRecipe()).status().message(),
            "credentials must be 1 to 10, are 0");
}

}  // namespace
}  // namespace fluxcascade::edge
