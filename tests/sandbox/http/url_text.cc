#include "tests/sandbox/http/url_text.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace fluxcascade::sandbox {
namespace {

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  const char lower = absl::ascii_tolower(digit);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string DecodeFormValue(absl::string_view text) {
  return PercentDecode(absl::StrReplaceAll(text, {{"+", " "}}));
}

}  // namespace

std::string PercentDecode(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
                        HexValue(text[i + 2]) >= 0;
    if (!escape) {
      decoded.push_back(text[i]);
      continue;
    }
    decoded.push_back(static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
    i += 2;
  }
  return decoded;
}

std::multimap<std::string, std::string> ParseForm(absl::string_view text) {
  std::multimap<std::string, std::string> values;
  for (absl::string_view pair : absl::StrSplit(text, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    values.emplace(DecodeFormValue(parts.first), DecodeFormValue(parts.second));
  }
  return values;
}

std::vector<std::string> PathSegments(absl::string_view target) {
  absl::string_view path = target.substr(0, target.find('?'));
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  std::vector<std::string> segments;
  for (absl::string_view segment : absl::StrSplit(path, '/')) {
    segments.push_back(PercentDecode(segment));
  }
  return segments;
}

absl::string_view QueryOf(absl::string_view target) {
  const size_t mark = target.find('?');
  return mark == absl::string_view::npos ? absl::string_view() : target.substr(mark + 1);
}

absl::StatusOr<HttpsUrl> ParseHttpsUrl(absl::string_view url) {
  static constexpr absl::string_view kScheme = "https://";
  const auto error = [&] {
    return absl::InvalidArgumentError(absl::StrCat("not an https URL: ", url));
  };
  if (absl::AsciiStrToLower(url.substr(0, kScheme.size())) != kScheme) return error();
  absl::string_view rest = url.substr(kScheme.size());
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  rest.remove_prefix(authority.size());
  HttpsUrl parsed;
  const size_t bracket = authority.find(']');
  const size_t colon = authority.find(':', bracket == absl::string_view::npos ? 0 : bracket);
  absl::string_view host = authority.substr(0, colon);
  if (bracket != absl::string_view::npos) host = host.substr(1, bracket - 1);
  parsed.host = std::string(host);
  if (colon != absl::string_view::npos &&
      !absl::SimpleAtoi(authority.substr(colon + 1), &parsed.port)) {
    return error();
  }
  if (parsed.host.empty() || parsed.port < 1 || parsed.port > 65535) return error();
  rest = rest.substr(0, rest.find('#'));
  parsed.target = absl::StrCat(rest.empty() || rest.front() != '/' ? "/" : "", rest);
  return parsed;
}

}  // namespace fluxcascade::sandbox
