#include "edge/verify/token_check.h"

#include <string>

#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_CREDENTIALS_MISSING;
constexpr RejectionReason kMismatch = v1::RejectedRequest::REASON_CREDENTIALS_MISMATCH;
constexpr RejectionReason kExpired = v1::RejectedRequest::REASON_SECRET_EXPIRED;

class TokenCheckTest : public testing::Test {
 protected:
  TokenCheckTest() {
    recipe_.set_header("authorization");
    recipe_.set_prefix("Bearer ");
    recipe_.add_tokens()->set_value("not-a-secret");
    recipe_.add_tokens()->set_value("another");
  }

  Refusal CheckOf(const std::string& value) {
    OwnedRequest request{.headers = {{"Authorization", value}}};
    return Check(request);
  }

  Refusal Check(OwnedRequest& request) {
    return TokenCheck::Compile(recipe_)->Check(request.View(), now_);
  }

  std::string Error() { return std::string(TokenCheck::Compile(recipe_).status().message()); }

  v1::TokenRecipe recipe_;
  const absl::Time now_ = absl::FromUnixSeconds(1700000000);
};

TEST_F(TokenCheckTest, EachOfTheTokensIsAccepted) {
  EXPECT_EQ(CheckOf("Bearer not-a-secret"), std::nullopt);
  EXPECT_EQ(CheckOf("Bearer another"), std::nullopt);
}

TEST_F(TokenCheckTest, AHeaderOfItsOwnNeedsNoPrefix) {
  recipe_.set_header("x-token");
  recipe_.clear_prefix();
  OwnedRequest request{.headers = {{"X-Token", "not-a-secret"}}};
  EXPECT_EQ(Check(request), std::nullopt);
  request.headers[0].second = "Bearer not-a-secret";
  EXPECT_EQ(Check(request), kMismatch);
}

TEST_F(TokenCheckTest, TheSchemeHasNoCaseButTheTokenHas) {
  EXPECT_EQ(CheckOf("bEARER not-a-secret"), std::nullopt);
  EXPECT_EQ(CheckOf("Bearer Not-a-secret"), kMismatch);
}

TEST_F(TokenCheckTest, AnyOtherValueIsAMismatch) {
  for (const char* value : {"", "Bearer", "Bearer ", "Bearer not-a-secre", "Bearer not-a-secrets",
                            "Bearer  not-a-secret", "Bearer\tnot-a-secret", "Basic not-a-secret",
                            "not-a-secret", "Bearer not-a-secret another"}) {
    EXPECT_EQ(CheckOf(value), kMismatch) << "'" << value << "'";
  }
}

TEST_F(TokenCheckTest, NoHeaderIsMissing) {
  OwnedRequest request;
  EXPECT_EQ(Check(request), kMissing);
}

TEST_F(TokenCheckTest, TwoHeadersAreAMismatchEvenIfTheyAgree) {
  OwnedRequest request{
      .headers = {{"Authorization", "Bearer another"}, {"authorization", "Bearer another"}}};
  EXPECT_EQ(Check(request), kMismatch);
}

TEST_F(TokenCheckTest, ATokenPastItsEndIsRefusedWithThatReason) {
  recipe_.mutable_tokens(0)->mutable_not_after()->set_seconds(1700000000);
  EXPECT_EQ(CheckOf("Bearer not-a-secret"), std::nullopt);
  recipe_.mutable_tokens(0)->mutable_not_after()->set_seconds(1699999999);
  EXPECT_EQ(CheckOf("Bearer not-a-secret"), kExpired);
  EXPECT_EQ(CheckOf("Bearer another"), std::nullopt);
  EXPECT_EQ(CheckOf("Bearer wrong"), kMismatch);
}

TEST_F(TokenCheckTest, OneToTenTokensAreTaken) {
  while (recipe_.tokens_size() < 10) recipe_.add_tokens()->set_value("t");
  EXPECT_EQ(Error(), "");
  recipe_.add_tokens()->set_value("t");
  EXPECT_EQ(Error(), "tokens must be 1 to 10, are 11");
  recipe_.clear_tokens();
  EXPECT_EQ(Error(), "tokens must be 1 to 10, are 0");
}

TEST_F(TokenCheckTest, ABadHeaderOrPrefixIsRefused) {
  recipe_.set_prefix(std::string(64, 'p'));
  EXPECT_EQ(Error(), "");
  for (const std::string& prefix : {std::string(65, 'p'), std::string(" Bearer"),
                                    std::string("B\t"), std::string("\xc3\xa4")}) {
    recipe_.set_prefix(prefix);
    EXPECT_EQ(
        Error(),
        "prefix must be at most 64 printable ASCII characters that do not begin with a space");
  }
  recipe_.clear_prefix();
  recipe_.set_header("x token");
  EXPECT_EQ(Error(), "header must be the name of a header, 1 to 64 characters");
}

}  // namespace
}  // namespace fluxcascade::edge
