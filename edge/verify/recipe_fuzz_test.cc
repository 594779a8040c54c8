// Whatever the recipe, compiling it ends in a verifier or a reason; and a recipe that compiles
// accepts what is signed by it, and refuses the same signature on another body.

#include <cstdint>
#include <string>

#include "common/check/check.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/recipe.h"
#include "edge/verify/recipes_for_test.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace fluxcascade::edge {
namespace {

constexpr absl::string_view kTimestamp = "1700000000";

class NoComplaints final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int, const std::string&) override {}
};

// True if `text` is a recipe in protobuf's text format.
bool Parse(absl::string_view text, v1::Recipe* recipe) {
  NoComplaints errors;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(20);
  return parser.ParseFromString(std::string(text), recipe);
}

absl::Time TimeOf(const v1::TimestampRule& rule) {
  const int64_t count = 1700000000;
  return rule.unit() == v1::TimestampRule::UNIT_SECONDS ? absl::FromUnixSeconds(count)
                                                        : absl::FromUnixMillis(count);
}

void CheckDigest(const v1::DigestRecipe& recipe) {
  const absl::StatusOr<DigestCheck> check = DigestCheck::Compile(recipe, kTestUrl);
  if (!check.ok()) return;
  const std::string& secret = recipe.secrets(recipe.secrets_size() - 1);
  OwnedRequest request{.query = "q=%2F", .body = "[1]"};
  const std::string text = check->SignedString(request.View(), kTimestamp, secret);
  request.headers = {{recipe.header(), check->Signature(text, secret)}};
  // A recipe may name one header for both; no request can satisfy that one.
  if (recipe.has_timestamp()) {
    request.headers.emplace_back(recipe.timestamp().header(), kTimestamp);
    if (FindHeader(request.View().headers, recipe.header()).count != HeaderLookup::Count::kOne) {
      return;
    }
  }
  const absl::Time now = TimeOf(recipe.timestamp());
  FC_CHECK(!check->Check(request.View(), now).has_value());
  request.body = "[2]";
  FC_CHECK(check->Check(request.View(), now) == v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
}

void CheckOne(absl::string_view input) {
  v1::Recipe recipe;
  if (!Parse(input, &recipe)) return;
  const absl::StatusOr<RecipeVerifier> verifier = RecipeVerifier::Compile(recipe, kTestUrl);
  if (!verifier.ok()) {
    FC_CHECK(verifier.status().code() == absl::StatusCode::kInvalidArgument);
    return;
  }
  OwnedRequest unsigned_request{.body = std::string(input)};
  FC_CHECK(verifier->Verify(unsigned_request.View(), absl::UnixEpoch()).has_value());
  if (recipe.has_digest()) CheckDigest(recipe.digest());
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
