// Whatever the recipe, compiling it ends in a verifier or a reason; and a recipe that compiles
// accepts what is signed by it, and refuses the same signature on another body.

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/testing/text_proto.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/recipe.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "edge/verify/token_check.h"

namespace fluxcascade::edge {
namespace {

constexpr absl::string_view kTimestamp = "1700000000";

absl::Time TimeOf(const v1::TimestampRule& rule) {
  const int64_t count = 1700000000;
  return rule.unit() == v1::TimestampRule::UNIT_SECONDS ? absl::FromUnixSeconds(count)
                                                        : absl::FromUnixMillis(count);
}

// The sender's half of the recipe's last secret. Nobody has that of a public key someone made up.
std::string SendersSecret(v1::DigestRecipe& recipe) {
  v1::Secret& last = *recipe.mutable_secrets(recipe.secrets_size() - 1);
  if (recipe.algorithm() != v1::DigestRecipe::ALGORITHM_ED25519) return last.value();
  last.set_value(Ed25519PublicKey(kTestSeed));
  return kTestSeed;
}

// The headers that `recipe` signs.
void AddSignedHeaders(const v1::DigestRecipe& recipe, OwnedRequest& request) {
  for (const v1::SignedPart& part : recipe.parts()) {
    if (part.part() == v1::SignedPart::PART_HEADER &&
        FindHeader(request.View().headers, part.header()).count == HeaderLookup::Count::kNone) {
      request.headers.emplace_back(part.header(), "\x01");
    }
  }
}

// Unless it stands among the signatures.
void AddTimestamp(const v1::DigestRecipe& recipe, OwnedRequest& request) {
  const v1::TimestampRule& rule = recipe.timestamp();
  if (!rule.item_prefix().empty() && absl::EqualsIgnoreCase(rule.header(), recipe.header())) return;
  request.headers.emplace_back(rule.header(), absl::StrCat(rule.item_prefix(), kTimestamp));
}

// Whether `request` can be what the recipe asks for: no request has one header for two purposes, or
// an item that is both a time and a signature.
bool IsPossible(const v1::DigestRecipe& recipe, absl::string_view signature,
                OwnedRequest& request) {
  const SignedRequest view = request.View();
  for (const RawHeader& header : view.headers) {
    if (FindHeader(view.headers, header.name).count != HeaderLookup::Count::kOne) return false;
  }
  const auto holds_it = [](const v1::SignedPart& part) {
    return part.literal().find('\x01') != std::string::npos;
  };
  if (std::any_of(recipe.parts().begin(), recipe.parts().end(), holds_it)) return false;
  const std::string& item = recipe.timestamp().item_prefix();
  return item.empty() || !absl::StartsWith(signature, item);
}

void CheckDigest(v1::DigestRecipe recipe) {
  const std::string secret = SendersSecret(recipe);
  const absl::Time now = TimeOf(recipe.timestamp());
  for (v1::Secret& other : *recipe.mutable_secrets()) other.clear_not_after();
  const absl::StatusOr<DigestCheck> check = DigestCheck::Compile(recipe, kTestUrl);
  FC_CHECK(check.ok());

  OwnedRequest request{.query = "q=%2F", .body = "[1]"};
  AddSignedHeaders(recipe, request);
  const SenderForTest sender(recipe, kTestUrl);
  const SignedRequest view = request.View();
  const std::string signature =
      sender.Signature(sender.SignedString(view, kTimestamp, secret), secret);
  request.headers.emplace_back(recipe.header(), sender.HeaderValue(view, kTimestamp, {secret}));
  if (recipe.has_timestamp()) AddTimestamp(recipe, request);
  if (!IsPossible(recipe, signature, request)) return;

  FC_CHECK(!check->Check(request.View(), now).has_value());
  FC_CHECK(check->IdOf(request.View()).has_value() == recipe.has_replay());
  request.body = "[2]";
  FC_CHECK(check->Check(request.View(), now) == v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
  request.body = "[1]";
  for (v1::Secret& each : *recipe.mutable_secrets()) each.mutable_not_after();
  FC_CHECK(DigestCheck::Compile(recipe, kTestUrl)->Check(request.View(), now) ==
           v1::RejectedRequest::REASON_SECRET_EXPIRED);
}

void CheckToken(v1::TokenRecipe recipe) {
  v1::Secret& last = *recipe.mutable_tokens(recipe.tokens_size() - 1);
  last.clear_not_after();
  OwnedRequest request{.headers = {{recipe.header(), absl::StrCat(recipe.prefix(), last.value())}}};
  FC_CHECK(!TokenCheck::Compile(recipe)->Check(request.View(), absl::UnixEpoch()).has_value());
}

void CheckOne(absl::string_view input) {
  v1::Recipe recipe;
  if (!ParseTextProto(input, &recipe)) return;
  const absl::StatusOr<RecipeVerifier> verifier = RecipeVerifier::Compile(recipe, kTestUrl);
  if (!verifier.ok()) {
    FC_CHECK(verifier.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  OwnedRequest unsigned_request{.body = std::string(input)};
  FC_CHECK(verifier->Verify(unsigned_request.View(), absl::UnixEpoch()).has_value());
  if (recipe.has_digest()) CheckDigest(recipe.digest());
  if (recipe.has_token()) CheckToken(recipe.token());
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
