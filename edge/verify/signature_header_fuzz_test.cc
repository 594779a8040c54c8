// Whatever a header holds: a request is accepted if, and only if, the right signature and the time
// are among its items, and it has not too many.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/check/check.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"

namespace fluxcascade::edge {
namespace {

// The signature that `item` may be, and the items that `value` has, by a reading of its own.
bool HasRightItems(absl::string_view value, absl::string_view signature, char separator,
                   absl::string_view prefix, absl::string_view time) {
  int right = 0;
  int signatures = 0;
  std::vector<absl::string_view> times;
  for (absl::string_view item : absl::StrSplit(value, separator)) {
    item = absl::StripAsciiWhitespace(item);
    right += item == signature;
    signatures += absl::StartsWith(item, prefix);
    if (!time.empty() && absl::StartsWith(item, "t=")) times.push_back(item);
  }
  const bool right_time = time.empty() || (times.size() == 1 && times[0] == time);
  return right > 0 && signatures <= 10 && right_time;
}

Refusal Check(const v1::DigestRecipe& recipe, OwnedRequest request, absl::string_view value) {
  request.headers.emplace_back(recipe.header(), value);
  return DigestCheck::Compile(recipe, kTestUrl)
      ->Check(request.View(), absl::FromUnixSeconds(1700000000));
}

void CheckSpaces(absl::string_view value) {
  OwnedRequest request{.headers = {{"webhook-id", "msg_1"}, {"webhook-timestamp", "1700000000"}},
                       .body = "[]"};
  const std::string signature = SenderForTest(StandardWebhook(), kTestUrl)
                                    .HeaderValue(request.View(), "1700000000", {kTestSecret});
  const bool right = HasRightItems(value, signature, ' ', "v1,", "");
  FC_CHECK(Check(StandardWebhook(), request, value).has_value() != right);
  FC_CHECK(Check(StandardWebhook(), request, "v0,x  " + signature + " ") == std::nullopt);
}

void CheckCommas(absl::string_view value) {
  OwnedRequest request{.body = "[]"};
  const SenderForTest sender(TimedItems(), kTestUrl);
  const std::string signature =
      sender.Signature(sender.SignedString(request.View(), "1700000000", kTestSecret), kTestSecret);
  const bool right = HasRightItems(value, signature, ',', "v1=", "t=1700000000");
  FC_CHECK(Check(TimedItems(), request, value).has_value() != right);
}

}  // namespace
}  // namespace fluxcascade::edge

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view value(reinterpret_cast<const char*>(data), size);
  fluxcascade::edge::CheckSpaces(value);
  fluxcascade::edge::CheckCommas(value);
  return 0;
}
