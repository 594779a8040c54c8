// Whether the time that a refusal takes could tell of a secret. Runs under Valgrind, whose memcheck
// is told that the bytes of the secrets are undefined: it reports whatever branches, or looks
// something up, by what is calculated from them, as the compiler has left it.
//
// That a request was taken or refused is no secret. It becomes public in SecretTrial::Verdict, in
// whose place the linker puts MakePublicAndJudge (--wrap).

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crypto/encoding.h"
#include "common/status/status_matchers.h"
#include "edge/verify/recipe.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/secret_trial.h"
#include "edge/verify/signed_request.h"
#include "fluxcascade/edge/v1/hook.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "gtest/gtest.h"
#include "valgrind/memcheck.h"
#include "valgrind/valgrind.h"

#define FC_VERDICT "_ZNK11fluxcascade4edge11SecretTrial7VerdictENS0_2v122RejectedRequest_ReasonE"

namespace fluxcascade::edge {

bool verdicts_are_public = true;

// A member function's first argument is what it is called on.
Refusal Judge(const SecretTrial* trial, RejectionReason mismatch) asm("__real_" FC_VERDICT);
Refusal MakePublicAndJudge(const SecretTrial* trial,
                           RejectionReason mismatch) asm("__wrap_" FC_VERDICT);

Refusal MakePublicAndJudge(const SecretTrial* trial, RejectionReason mismatch) {
  if (verdicts_are_public) VALGRIND_MAKE_MEM_DEFINED(trial, sizeof(*trial));
  return Judge(trial, mismatch);
}

namespace {

struct Scheme {
  std::string name;
  v1::Recipe recipe;
  OwnedRequest right;
  OwnedRequest wrong;
};

void PrintTo(const Scheme& scheme, std::ostream* out) { *out << scheme.name; }

Scheme Digest(std::string name, v1::DigestRecipe recipe,
              v1::DigestRecipe::Algorithm algorithm = v1::DigestRecipe::ALGORITHM_UNSPECIFIED) {
  if (algorithm != v1::DigestRecipe::ALGORITHM_UNSPECIFIED) recipe.set_algorithm(algorithm);
  const OwnedRequest right = SignedRequestOf(recipe);
  OwnedRequest wrong = right;
  wrong.body += " ";
  recipe.add_secrets()->set_value("the one before");
  return {std::move(name), Labelled("a", std::move(recipe)), right, std::move(wrong)};
}

OwnedRequest WithHeader(std::string name, std::string value) {
  return {.headers = {{std::move(name), std::move(value)}}};
}

Scheme Password() {
  v1::Recipe recipe = Basic("a", "user:password");
  recipe.mutable_basic()->add_credentials()->set_value("user:the one before");
  const auto shown = [](absl::string_view pair) {
    return WithHeader("Authorization", absl::StrCat("Basic ", Base64Encode(pair)));
  };
  return {"Password", std::move(recipe), shown("user:password"), shown("user:passwore")};
}

Scheme Token() {
  v1::Recipe recipe = HeaderToken("a", "x-token", "0123456789");
  recipe.mutable_token()->add_tokens()->set_value("the one before");
  return {"Token", std::move(recipe), WithHeader("X-Token", "0123456789"),
          WithHeader("X-Token", "012345678a")};
}

void MakeSecret(google::protobuf::RepeatedPtrField<v1::Secret>& secrets) {
  for (v1::Secret& secret : secrets) {
    std::string& value = *secret.mutable_value();
    VALGRIND_MAKE_MEM_UNDEFINED(value.data(), value.size());
  }
}

void MakeSecretsSecret(v1::Recipe& recipe) {
  if (recipe.has_digest()) MakeSecret(*recipe.mutable_digest()->mutable_secrets());
  if (recipe.has_basic()) MakeSecret(*recipe.mutable_basic()->mutable_credentials());
  if (recipe.has_token()) MakeSecret(*recipe.mutable_token()->mutable_tokens());
}

class ConstantTimeTest : public testing::TestWithParam<Scheme> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(RUNNING_ON_VALGRIND) << "nothing is seen without it";
    verdicts_are_public = true;
    // The form of a secret is looked at when a hook is configured: no sender can time that.
    VALGRIND_DISABLE_ERROR_REPORTING;
    v1::Recipe recipe = GetParam().recipe;
    MakeSecretsSecret(recipe);
    FC_EXPECT_OK(verifier_ = RecipeVerifier::Compile(recipe, kTestUrl));
    VALGRIND_ENABLE_ERROR_REPORTING;
  }

  // What memcheck reports meanwhile.
  unsigned ReportsOf(OwnedRequest request, Refusal& refusal) const {
    const SignedRequest view = request.View();
    const unsigned before = VALGRIND_COUNT_ERRORS;
    refusal = verifier_->Verify(view, kTestSentAt);
    return VALGRIND_COUNT_ERRORS - before;
  }

  absl::StatusOr<RecipeVerifier> verifier_ = absl::UnknownError("not compiled");
};

TEST_P(ConstantTimeTest, NoSecretDecidesWhatIsExecutedOrLookedUp) {
  Refusal refusal;
  EXPECT_EQ(ReportsOf(GetParam().right, refusal), 0u);
  EXPECT_EQ(refusal, std::nullopt);
  EXPECT_EQ(ReportsOf(GetParam().wrong, refusal), 0u);
  EXPECT_NE(refusal, std::nullopt);
}

TEST_P(ConstantTimeTest, TheVerdictWouldBeReportedIfItWereSecret) {
  verdicts_are_public = false;
  Refusal refusal;
  EXPECT_GT(ReportsOf(GetParam().wrong, refusal), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Schemes, ConstantTimeTest,
    testing::Values(Digest("HashOfBody", HashOfBody()), Digest("HashOfRequest", HashOfRequest()),
                    Digest("TimedHmac", TimedHmac()), Digest("TimedItems", TimedItems()),
                    Digest("StandardWebhook", StandardWebhook()),
                    Digest("HmacSha1", TimedHmac(), v1::DigestRecipe::ALGORITHM_HMAC_SHA1),
                    Digest("HmacSha512", TimedHmac(), v1::DigestRecipe::ALGORITHM_HMAC_SHA512),
                    Password(), Token()),
    [](const testing::TestParamInfo<Scheme>& info) { return info.param.name; });

}  // namespace
}  // namespace fluxcascade::edge
