#include "edge/verify/hook_verifier.h"

#include <string>

#include "common/crypto/encoding.h"
#include "edge/verify/recipes_for_test.h"
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
    const DigestCheck check = *DigestCheck::Compile(HashOfBody(), kTestUrl);
    request_.headers.emplace_back(
        "X-Signature",
        check.Signature(check.SignedString(request_.View(), "", kTestSecret), kTestSecret));
  }
  void SendWrongHash() { request_.headers.emplace_back("X-Signature", std::string(64, '0')); }

  VerifyResult Verify() {
    return HookVerifier::Compile(hook_)->Verify(request_.View(), absl::UnixEpoch());
  }

  std::string Error() { return std::string(HookVerifier::Compile(hook_).status().message()); }

  const v1::Recipe password_ = Basic("password", "hook:not-a-secret");
  const v1::Recipe hash_ = Labelled("hash", HashOfBody());
  v1::Hook hook_;
  OwnedRequest request_{.body = "[]"};
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
  EXPECT_EQ(Error(), "any_of[1].basic.credentials[0] must be 1 to 1024 bytes");
  hook_.clear_any_of();
  Allow(password_);
  EXPECT_EQ(Error(), "any_of[0].label stands twice");
}

}  // namespace
}  // namespace fluxcascade::edge
