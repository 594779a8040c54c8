// Percent-encoding, and the parts of a request target.
#ifndef FLUXCASCADE_TESTS_SANDBOX_HTTP_URL_TEXT_H_
#define FLUXCASCADE_TESTS_SANDBOX_HTTP_URL_TEXT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade::sandbox {

// `%40` becomes `@`; a `%` that two hex digits do not follow stays.
std::string PercentDecode(absl::string_view text);

// `a=1&b=x+y`, as in a query and in a form: here `+` is a space.
std::multimap<std::string, std::string> ParseForm(absl::string_view text);

// The segments of the path in front of any `?`, each one decoded by itself, so that `%2F` makes no
// new segment. `/a//b/` gives "a", "", "b", "".
std::vector<std::string> PathSegments(absl::string_view target);

// What follows the first `?`; empty when there is none.
absl::string_view QueryOf(absl::string_view target);

struct HttpsUrl {
  std::string host;  // without brackets for IPv6
  int port = 443;
  std::string target;  // path and query, at least "/"
};

// kInvalidArgument unless `url` is https://host[:port][/…].
absl::StatusOr<HttpsUrl> ParseHttpsUrl(absl::string_view url);

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_HTTP_URL_TEXT_H_
