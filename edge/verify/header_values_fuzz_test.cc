// Whatever a header holds: a password, a token, a digest or a time is taken if, and only if, it is
// the right one in the one way in which it may be written.

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/check/check.h"
#include "common/crypto/encoding.h"
#include "edge/verify/recipe.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"

namespace fluxcascade::edge {
namespace {

constexpr int64_t kNowMillis = 1700000000000;
constexpr char kPair[] = "hook:not-a-secret";

bool Accepts(const v1::Recipe& recipe, OwnedRequest request) {
  const absl::StatusOr<RecipeVerifier> verifier = RecipeVerifier::Compile(recipe, kTestUrl);
  FC_CHECK(verifier.ok());
  return !verifier->Verify(request.View(), absl::FromUnixMillis(kNowMillis)).has_value();
}

bool IsShown(absl::string_view value, absl::string_view scheme, absl::string_view credential) {
  return value.size() == scheme.size() + credential.size() &&
         absl::EqualsIgnoreCase(value.substr(0, scheme.size()), scheme) &&
         value.substr(scheme.size()) == credential;
}

void CheckCredentials(const std::string& value) {
  FC_CHECK(Accepts(Basic("basic", kPair), {.headers = {{"authorization", value}}}) ==
           IsShown(value, "Basic ", Base64Encode(kPair)));
  v1::Recipe bearer = HeaderToken("bearer", "authorization", kTestSecret);
  bearer.mutable_token()->set_prefix("Bearer ");
  FC_CHECK(Accepts(bearer, {.headers = {{"authorization", value}}}) ==
           IsShown(value, "Bearer ", kTestSecret));
}

void CheckDigest(const v1::DigestRecipe& recipe, const std::string& value) {
  OwnedRequest request{.body = "[]"};
  const std::string now = std::to_string(kNowMillis);
  const std::string right =
      SenderForTest(recipe, kTestUrl).HeaderValue(request.View(), now, {kTestSecret});
  request.headers.emplace_back(recipe.header(), value);
  if (recipe.has_timestamp()) request.headers.emplace_back(recipe.timestamp().header(), now);
  FC_CHECK(Accepts(Labelled("digest", recipe), request) == (value == right));
}

// Whether it is a number of at most 19 digits, and a time of the window of TimedHmac.
bool IsInWindow(absl::string_view value) {
  if (value.empty() || !std::all_of(value.begin(), value.end(), absl::ascii_isdigit)) return false;
  while (value.size() > 1 && value[0] == '0') value.remove_prefix(1);
  if (value.size() > 18) return false;
  const int64_t millis = std::stoll(std::string(value));
  return millis >= kNowMillis - 5 * 60 * 1000 && millis <= kNowMillis + 60 * 1000;
}

// Signed by whoever has the secret, so that only the time is judged.
void CheckTime(const std::string& value) {
  const v1::DigestRecipe recipe = TimedHmac();
  OwnedRequest request{.body = "[]"};
  const std::string signature =
      SenderForTest(recipe, kTestUrl).HeaderValue(request.View(), value, {kTestSecret});
  request.headers.emplace_back(recipe.header(), signature);
  request.headers.emplace_back(recipe.timestamp().header(), value);
  FC_CHECK(Accepts(Labelled("timed", recipe), request) == IsInWindow(value));
}

void CheckOne(const std::string& value) {
  CheckCredentials(value);
  CheckDigest(HashOfBody(), value);
  CheckDigest(TimedHmac(), value);
  CheckTime(value);
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxcascade::edge::CheckOne({reinterpret_cast<const char*>(data), size});
  return 0;
}
