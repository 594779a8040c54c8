#include "common/http/url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"

namespace fluxcascade {
namespace {

constexpr absl::string_view kScheme = "https://";
constexpr uint16_t kDefaultPort = 443;
constexpr size_t kMaxNameLength = 253;  // RFC 1035, section 2.3.4, as text
constexpr size_t kMaxLabelLength = 63;

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("the URL ", reason));
}

// RFC 3986 leaves these out of every part of a URL.
bool IsUrlCharacter(char c) {
  return absl::ascii_isgraph(c) &&
         absl::string_view("\"<>\\^`{|}").find(c) == absl::string_view::npos;
}

bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; }

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelLength && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), IsNameCharacter);
}

// Resolvers take `127.1`, `2130706433` and `0x7f.1` for addresses; no top-level domain begins with
// a digit.
bool LooksLikeAddress(absl::string_view last_label) {
  return absl::ascii_isdigit(last_label.front());
}

absl::Status SetName(absl::string_view host, HttpUrl& url) {
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  if (host.size() > kMaxNameLength || !std::all_of(labels.begin(), labels.end(), IsLabel)) {
    return Refuse("needs a DNS name or an IP address as its host");
  }
  url.host = absl::AsciiStrToLower(host);
  if (!LooksLikeAddress(labels.back())) return absl::OkStatus();
  in_addr address;
  if (inet_pton(AF_INET, url.host.c_str(), &address) != 1) {
    return Refuse("needs an IPv4 address to be four decimal numbers");
  }
  url.host_is_address = true;
  return absl::OkStatus();
}

absl::Status SetIpv6(absl::string_view host, HttpUrl& url) {
  in6_addr address;
  if (inet_pton(AF_INET6, std::string(host).c_str(), &address) != 1) {
    return Refuse("needs an IPv6 address between its brackets");
  }
  std::array<char, INET6_ADDRSTRLEN> text;
  url.host = inet_ntop(AF_INET6, &address, text.data(), text.size());
  url.host_is_address = true;
  return absl::OkStatus();
}

// `text`: what follows the host.
absl::Status SetPort(absl::string_view text, HttpUrl& url) {
  if (text.empty()) return absl::OkStatus();
  uint32_t port = 0;
  text.remove_prefix(1);
  if (text.size() > 5 || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(text, &port) || port == 0 || port > 65535) {
    return Refuse("needs a port of 1 to 65535 after its host's colon");
  }
  url.port = static_cast<uint16_t>(port);
  return absl::OkStatus();
}

absl::Status SetAuthority(absl::string_view authority, HttpUrl& url) {
  if (absl::StrContains(authority, '@')) return Refuse("must not have a user name");
  if (absl::StartsWith(authority, "[")) {
    const size_t end = authority.find(']');
    if (end == absl::string_view::npos) return Refuse("has a '[' without its ']'");
    const absl::string_view rest = authority.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return Refuse("has text between its host and port");
    FC_RETURN_IF_ERROR(SetIpv6(authority.substr(1, end - 1), url));
    return SetPort(rest, url);
  }
  const size_t colon = std::min(authority.find(':'), authority.size());
  FC_RETURN_IF_ERROR(SetName(authority.substr(0, colon), url));
  return SetPort(authority.substr(colon), url);
}

bool HasBrokenEscape(absl::string_view target) {
  for (size_t i = target.find('%'); i != absl::string_view::npos; i = target.find('%', i + 1)) {
    if (i + 2 >= target.size() || !absl::ascii_isxdigit(target[i + 1]) ||
        !absl::ascii_isxdigit(target[i + 2])) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string HttpUrl::authority() const {
  const bool bracketed = absl::StrContains(host, ':');
  return absl::StrCat(bracketed ? "[" : "", host, bracketed ? "]" : "",
                      port == kDefaultPort ? "" : absl::StrCat(":", port));
}

absl::StatusOr<HttpUrl> ParseHttpsUrl(absl::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    return Refuse(absl::StrCat("is longer than ", kMaxUrlBytes, " bytes"));
  }
  if (!absl::StartsWithIgnoreCase(text, kScheme)) return Refuse("must begin with https://");
  if (absl::StrContains(text, '#')) return Refuse("must not have a fragment (#)");
  if (!std::all_of(text.begin(), text.end(), IsUrlCharacter)) {
    return Refuse("has a character that must be percent-encoded");
  }
  text.remove_prefix(kScheme.size());
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  HttpUrl url;
  FC_RETURN_IF_ERROR(SetAuthority(text.substr(0, end), url));
  const absl::string_view target = text.substr(end);
  if (HasBrokenEscape(target)) return Refuse("has a '%' without two hexadecimal digits after it");
  url.target = absl::StrCat(absl::StartsWith(target, "/") ? "" : "/", target);
  return url;
}

}  // namespace fluxcascade
