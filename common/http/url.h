// Absolute https URLs, taken apart and checked.
#ifndef FLUXCASCADE_COMMON_HTTP_URL_H_
#define FLUXCASCADE_COMMON_HTTP_URL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr size_t kMaxUrlBytes = 8192;

struct HttpUrl {
  // In lower case: a DNS name, or an IP address (an IPv6 one without its brackets).
  std::string host{};
  bool host_is_address = false;
  uint16_t port = 443;
  // Path and query as they were given, byte for byte; at least `/`.
  std::string target{};

  // `host` or `host:port` with brackets where needed, and without the default port: the Host
  // header's value. Two URLs with the same authority reach the same server.
  std::string authority() const;
};

// `https://host[:port][/path][?query]`. kInvalidArgument says which rule is broken and never
// repeats the URL, whose query may hold a secret. Refused are other schemes, user names, fragments,
// anything but visible ASCII (the rest is to be percent-encoded), host names that are not DNS
// names, and addresses in any other spelling than the usual one (`127.1`, `0x7f000001`), which
// resolvers take for addresses.
absl::StatusOr<HttpUrl> ParseHttpsUrl(absl::string_view text);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_URL_H_
