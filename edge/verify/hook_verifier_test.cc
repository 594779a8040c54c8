#include "edge/verify/hook_verifier.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/crypto/encoding.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Two recipes that a request can satisfy apart: a password, and a hash of the body.
class HookVerifierTest : public testing::Test {
 protected:
  HookVerifierTest() { hook_.set_public_url(kTestUrl); }

  void Require(const v1::Recipe& recipe) { *hook_.add_required() = recipe; }
  void Allow(const v1::Recipe& recipe) { *hook_.add_any_of() = recipe; }

  void SendPassword(absl::string_view pair) {
    request_.headers.emplace_back("Authorization", "Basic " + Base64Encode(pair));
  }
  void SendHash() {
    request_.headers.emplace_back(
        "X-Signature",
        SenderForTest(HashOfBody(), kTestUrl).HeaderValue(request_.View(), "", {kTestSecret}));
  }
  void SendWrongHash() { request_.headers.emplace_back("X-Signature", std::string(64, '0')); }

  VerifyResult Verify() {
    verifier_.emplace(*HookVerifier::Compile(hook_));
    return verifier_->Verify(request_.View(), absl::UnixEpoch());
  }

  std::string Error() { return std::string(HookVerifier::Compile(hook_).status().message()); }

  const v1::Recipe password_ = Basic("password", "hook:not-a-secret");
  const v1::Recipe hash_ = Labelled("hash", HashOfBody());
  v1::Hook hook_;
  OwnedRequest request_{.body = "[]"};
  std::optional<HookVerifier> verifier_;
};

TEST_F(HookVerifierTest, EveryRequiredRecipeMustVerify) {
  Require(password_);
  Require(hash_);
  SendHash();
  SendPassword("hook:not-a-secret");
  const VerifyResult result = Verify();
  EXPECT_TRUE(result.accepted);
  EXPECT_THAT(result.verified_by, ElementsAre("password", "hash"));
}

TEST_F(HookVerifierTest, ARequiredRecipeThatRefusesIsNamed) {
  Require(password_);
  Require(hash_);
  SendPassword("hook:not-a-secret");
  const VerifyResult result = Verify();
  EXPECT_FALSE(result.accepted);
  EXPECT_EQ(result.refused_by, "hash");
  EXPECT_EQ(result.reason, v1::RejectedRequest::REASON_SIGNATURE_MISSING);
  EXPECT_THAT(result.verified_by, IsEmpty());
}

TEST_F(HookVerifierTest, OneOfAnyIsEnough) {
  Allow(password_);
  Allow(hash_);
  SendHash();
  const VerifyResult result = Verify();
  EXPECT_TRUE(result.accepted);
  EXPECT_THAT(result.verified_by, ElementsAre("hash"));
}

TEST_F(HookVerifierTest, AWrongOneOfAnyDoesNotSpoilARightOne) {
  Allow(password_);
  Allow(hash_);
  SendPassword("hook:wrong");
  SendHash();
  EXPECT_TRUE(Verify().accepted);
}

TEST_F(HookVerifierTest, ARequiredRecipeIsNotReplacedByOneOfAny) {
  Require(password_);
  Allow(hash_);
  SendHash();
  EXPECT_EQ(Verify().refused_by, "password");
}

TEST_F(HookVerifierTest, OneOfAnyIsNotReplacedByARequiredRecipe) {
  Require(password_);
  Allow(hash_);
  SendPassword("hook:not-a-secret");
  EXPECT_EQ(Verify().refused_by, "hash");
  SendHash();
  EXPECT_THAT(Verify().verified_by, ElementsAre("password", "hash"));
}

TEST_F(HookVerifierTest, OfAnyTheOneThatFoundASignatureIsNamed) {
  Allow(password_);
  Allow(hash_);
  SendWrongHash();
  const VerifyResult result = Verify();
  EXPECT_EQ(result.refused_by, "hash");
  EXPECT_EQ(result.reason, v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(HookVerifierTest, OfAnyThatAllFoundNothingTheFirstIsNamed) {
  Allow(password_);
  Allow(hash_);
  const VerifyResult result = Verify();
  EXPECT_EQ(result.refused_by, "password");
  EXPECT_EQ(result.reason, v1::RejectedRequest::REASON_CREDENTIALS_MISSING);
}

// As a sender does that signs with a secret and with a key.
TEST_F(HookVerifierTest, OneHeaderHoldsTheSignaturesOfTwoRecipes) {
  Allow(Labelled("v1", StandardWebhook()));
  Allow(Labelled("v1a", StandardWebhookOfAKey()));
  request_.headers = {{"Webhook-Id", "msg_1"}, {"Webhook-Timestamp", "0"}};
  const SignedRequest view = request_.View();
  const std::string code =
      SenderForTest(StandardWebhook(), kTestUrl).HeaderValue(view, "0", {kTestSecret});
  const std::string signature =
      SenderForTest(StandardWebhookOfAKey(), kTestUrl).HeaderValue(view, "0", {kTestSeed});

  request_.headers.emplace_back("Webhook-Signature", absl::StrCat(code, " ", signature));
  EXPECT_THAT(Verify().verified_by, ElementsAre("v1"));
  request_.headers[2].second = signature;
  const VerifyResult by_key = Verify();
  EXPECT_THAT(by_key.verified_by, ElementsAre("v1a"));
  ASSERT_EQ(by_key.ids.size(), 1);
  EXPECT_EQ(by_key.ids[0].recipe, "v1a");

  request_.body = "[1]";
  EXPECT_EQ(Verify().refused_by, "v1a") << "the other found no signature of its own";
  EXPECT_EQ(Verify().reason, v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

TEST_F(HookVerifierTest, EveryRecipeThatVerifiedNamesItsId) {
  Require(password_);
  Require(Labelled("v1", StandardWebhook()));
  request_.headers = {{"Webhook-Id", "msg_1"}, {"Webhook-Timestamp", "0"}};
  request_.headers.emplace_back(
      "Webhook-Signature",
      SenderForTest(StandardWebhook(), kTestUrl).HeaderValue(request_.View(), "0", {kTestSecret}));
  SendPassword("hook:not-a-secret");
  const VerifyResult result = Verify();
  ASSERT_EQ(result.ids.size(), 1);
  EXPECT_EQ(result.ids[0].id, "msg_1");
}

TEST_F(HookVerifierTest, AHookWithoutARecipeIsRefused) {
  EXPECT_EQ(Error(), "required and any_of must hold 1 to 8 recipes together, hold 0");
}

TEST_F(HookVerifierTest, AHookMayHaveEightRecipesAndNotNine) {
  for (int i = 0; i < 4; ++i) Require(Basic("r" + std::to_string(i), "a:b"));
  for (int i = 0; i < 4; ++i) Allow(Basic("a" + std::to_string(i), "a:b"));
  EXPECT_EQ(Error(), "");
  Allow(Basic("a4", "a:b"));
  EXPECT_EQ(Error(), "required and any_of must hold 1 to 8 recipes together, hold 9");
}

TEST_F(HookVerifierTest, ErrorsNameTheRecipe) {
  Require(password_);
  Allow(hash_);
  Allow(Basic("nobody", ""));
  EXPECT_EQ(Error(), "any_of[1].basic.credentials[0].value must be 1 to 1024 bytes");
  hook_.clear_any_of();
  Allow(password_);
  EXPECT_EQ(Error(), "any_of[0].label stands twice");
}

}  // namespace
}  // namespace fluxcascade::edge
