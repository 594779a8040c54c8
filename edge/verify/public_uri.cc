#include "edge/verify/public_uri.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fluxcascade::edge {
namespace {

constexpr absl::string_view kDecoded = ":/?@!$'()*,;";

// The value of a hex digit; the caller has checked that it is one.
int HexValue(char digit) {
  return absl::ascii_isdigit(digit) ? digit - '0' : absl::ascii_tolower(digit) - 'a' + 10;
}

// The character that `text` begins with in escaped form, if it is one of those that are decoded.
std::optional<char> LeadingEscape(absl::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  if (!absl::ascii_isxdigit(text[1]) || !absl::ascii_isxdigit(text[2])) return std::nullopt;
  const char character = static_cast<char>(HexValue(text[1]) * 16 + HexValue(text[2]));
  if (kDecoded.find(character) == absl::string_view::npos) return std::nullopt;
  return character;
}

}  // namespace

std::string DecodeReservedCharacters(absl::string_view uri) {
  std::string decoded;
  decoded.reserve(uri.size());
  while (!uri.empty()) {
    const std::optional<char> character = LeadingEscape(uri);
    decoded.push_back(character.value_or(uri[0]));
    uri.remove_prefix(character.has_value() ? 3 : 1);
  }
  return decoded;
}

std::string PublicUri(absl::string_view public_url, std::optional<absl::string_view> query,
                      v1::SignedPart::UriDecoding decoding) {
  std::string uri =
      query.has_value() ? absl::StrCat(public_url, "?", *query) : std::string(public_url);
  if (decoding != v1::SignedPart::URI_DECODING_RESERVED_CHARACTERS) return uri;
  return DecodeReservedCharacters(uri);
}

}  // namespace fluxcascade::edge
