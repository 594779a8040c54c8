#include "controlplane/connectors/url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxcascade {

std::string PercentEncode(absl::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return encoded;
}

std::string EncodeParameters(const UrlParameters& parameters) {
  return absl::StrJoin(parameters, "&", [](std::string* out, const auto& parameter) {
    absl::StrAppend(out, PercentEncode(parameter.first), "=", PercentEncode(parameter.second));
  });
}

std::string WithParameters(absl::string_view url, const UrlParameters& parameters) {
  const char* separator = url.find('?') == absl::string_view::npos ? "?" : "&";
  return absl::StrCat(url, separator, EncodeParameters(parameters));
}

}  // namespace fluxcascade
