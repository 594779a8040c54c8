#include "edge/http/request_head.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fluxcascade::edge {
namespace {

constexpr RefusalStatus kFine = 0;
constexpr RefusalStatus kBadRequest = 400;
constexpr RefusalStatus kTooLarge = 413;
constexpr RefusalStatus kExpectationFailed = 417;
constexpr RefusalStatus kVersionNotSupported = 505;

constexpr size_t kMaxMethod = 32;
// More digits than this are too large for any limit, and would overflow.
constexpr size_t kMaxLengthDigits = 18;

using CharSet = std::array<bool, 256>;

template <typename Predicate>
constexpr CharSet MakeSet(Predicate predicate) {
  CharSet set = {};
  for (int c = 0; c < 256; ++c) set[c] = predicate(c);
  return set;
}

constexpr bool IsAlphanumeric(int c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

constexpr bool IsAmong(int c, const char* characters) {
  for (; *characters != '\0'; ++characters) {
    if (*characters == c) return true;
  }
  return false;
}

// RFC 9110, section 5.6.2.
constexpr CharSet kTokenChars =
    MakeSet([](int c) { return IsAlphanumeric(c) || IsAmong(c, "!#$%&'*+-.^_`|~"); });
constexpr CharSet kTargetChars = MakeSet([](int c) { return c > ' ' && c < 0x7f && c != '#'; });
// RFC 9110, section 5.5: visible characters, space, tab, and bytes above ASCII.
constexpr CharSet kValueChars = MakeSet([](int c) { return (c >= ' ' && c != 0x7f) || c == '\t'; });
// RFC 3986, section 3.2.2, with a port.
constexpr CharSet kHostChars =
    MakeSet([](int c) { return IsAlphanumeric(c) || IsAmong(c, "-._~%!$&'()*+;=:[]"); });

bool ConsistsOf(absl::string_view text, const CharSet& set) {
  for (const char c : text) {
    if (!set[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool IsWhiteSpace(char c) { return c == ' ' || c == '\t'; }

RefusalStatus ParseVersion(absl::string_view version, int* minor) {
  constexpr absl::string_view kName = "HTTP/";
  if (version.size() != kName.size() + 3 || !absl::StartsWith(version, kName)) return kBadRequest;
  version.remove_prefix(kName.size());
  if (!absl::ascii_isdigit(version[0]) || version[1] != '.' || !absl::ascii_isdigit(version[2])) {
    return kBadRequest;
  }
  if (version[0] != '1' || version[2] > '1') return kVersionNotSupported;
  *minor = version[2] - '0';
  return kFine;
}

// Only digits, no more zeros in front than it takes: a number that can be read in one way.
RefusalStatus ParseContentLength(absl::string_view text, uint64_t max_body, uint64_t* size) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return kBadRequest;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return kBadRequest;
  }
  if (text.size() > kMaxLengthDigits) return kTooLarge;
  *size = 0;
  for (const char c : text) *size = *size * 10 + static_cast<uint64_t>(c - '0');
  return *size > max_body ? kTooLarge : kFine;
}

bool HasToken(absl::string_view list, absl::string_view token) {
  for (const absl::string_view item : absl::StrSplit(list, ',')) {
    if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(item), token)) return true;
  }
  return false;
}

// The few headers that the server itself obeys.
struct OwnHeaders {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  absl::string_view host;
  absl::string_view length;
  absl::string_view coding;
  bool close = false;
  bool continue_expected = false;
  bool other_expectation = false;
};

void Note(const RawHeader& header, OwnHeaders& own) {
  if (absl::EqualsIgnoreCase(header.name, "host")) {
    ++own.hosts;
    own.host = header.value;
  } else if (absl::EqualsIgnoreCase(header.name, "content-length")) {
    ++own.lengths;
    own.length = header.value;
  } else if (absl::EqualsIgnoreCase(header.name, "transfer-encoding")) {
    ++own.codings;
    own.coding = header.value;
  } else if (absl::EqualsIgnoreCase(header.name, "connection")) {
    own.close = own.close || HasToken(header.value, "close");
  } else if (absl::EqualsIgnoreCase(header.name, "expect")) {
    const bool known = absl::EqualsIgnoreCase(header.value, "100-continue");
    own.continue_expected = own.continue_expected || known;
    own.other_expectation = own.other_expectation || !known;
  }
}

bool IsHostClear(const OwnHeaders& own, int minor_version) {
  if (own.hosts == 0) return minor_version == 0;
  return own.hosts == 1 && !own.host.empty() && ConsistsOf(own.host, kHostChars);
}

}  // namespace

RefusalStatus ParseRequestLine(absl::string_view line, RequestLine* parsed) {
  const size_t first = line.find(' ');
  if (first == absl::string_view::npos) return kBadRequest;
  const size_t second = line.find(' ', first + 1);
  if (second == absl::string_view::npos) return kBadRequest;
  const absl::string_view method = line.substr(0, first);
  const absl::string_view target = line.substr(first + 1, second - first - 1);

  const RefusalStatus version = ParseVersion(line.substr(second + 1), &parsed->minor_version);
  if (version != kFine) return version;
  if (method.empty() || method.size() > kMaxMethod || !ConsistsOf(method, kTokenChars)) {
    return kBadRequest;
  }
  if (target.empty() || target[0] != '/' || !ConsistsOf(target, kTargetChars)) return kBadRequest;
  parsed->method_size = method.size();
  parsed->target_size = target.size();
  return kFine;
}

RefusalStatus ParseHeaderLine(absl::string_view line, HeaderLine* parsed) {
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || colon == 0) return kBadRequest;
  if (!ConsistsOf(line.substr(0, colon), kTokenChars)) return kBadRequest;
  size_t begin = colon + 1;
  size_t end = line.size();
  while (begin < end && IsWhiteSpace(line[begin])) ++begin;
  while (end > begin && IsWhiteSpace(line[end - 1])) --end;
  if (!ConsistsOf(line.substr(begin, end - begin), kValueChars)) return kBadRequest;
  *parsed = {colon, begin, end - begin};
  return kFine;
}

RefusalStatus InterpretHeaders(absl::Span<const RawHeader> headers, int minor_version,
                               uint64_t max_body, BodyFraming* framing) {
  OwnHeaders own;
  for (const RawHeader& header : headers) Note(header, own);

  if (!IsHostClear(own, minor_version)) return kBadRequest;
  if (own.lengths > 1 || own.codings > 1) return kBadRequest;
  if (own.codings == 1) {
    if (own.lengths == 1 || minor_version == 0 || own.coding != "chunked") return kBadRequest;
    framing->chunked = true;
  }
  framing->size = 0;
  if (own.lengths == 1) {
    const RefusalStatus status = ParseContentLength(own.length, max_body, &framing->size);
    if (status != kFine) return status;
  }
  if (minor_version == 1 && own.other_expectation) return kExpectationFailed;
  framing->continue_expected =
      minor_version == 1 && own.continue_expected && (framing->chunked || framing->size > 0);
  framing->keep_alive = minor_version == 1 && !own.close;
  return kFine;
}

}  // namespace fluxcascade::edge
