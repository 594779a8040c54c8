#include "controlplane/mapping/text_transforms.h"

#include <locale.h>
#include <wctype.h>

#include <cstddef>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

// A character at the front of a text, and how many bytes it takes.
struct Character {
  char32_t code_point = 0;
  size_t size = 0;
  bool valid = true;
};

size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

Character FirstCharacter(absl::string_view text) {
  static constexpr unsigned char kLeadBits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = SequenceLength(lead);
  if (length == 0 || length > text.size()) return {lead, 1, false};
  char32_t code_point = lead & kLeadBits[length];
  for (size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {lead, 1, false};
    code_point = code_point << 6 | (byte & 0x3f);
  }
  return {code_point, length, true};
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto continuation = [&](int shift) {
    out += static_cast<char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    continuation(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    continuation(6);
    continuation(0);
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

bool IsWhiteSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

// Unicode's tables, whatever the process's own locale is. Part of the C library itself.
locale_t UnicodeLocale() {
  static const locale_t kLocale = [] {
    const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    FC_CHECK(locale != nullptr);
    return locale;
  }();
  return kLocale;
}

template <typename Mapping>
std::string MapCharacters(absl::string_view text, Mapping mapping) {
  std::string mapped;
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    if (character.valid) {
      AppendUtf8(static_cast<char32_t>(mapping(static_cast<wint_t>(character.code_point))), mapped);
    } else {
      mapped += text[0];
    }
    text.remove_prefix(character.size);
  }
  return mapped;
}

}  // namespace

std::string TrimWhiteSpace(absl::string_view text) {
  size_t begin = text.size();
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = FirstCharacter(text.substr(at));
    if (!character.valid || !IsWhiteSpace(character.code_point)) {
      if (begin == text.size()) begin = at;
      end = at + character.size;
    }
    at += character.size;
  }
  return end == 0 ? "" : std::string(text.substr(begin, end - begin));
}

std::string ToLowerCase(absl::string_view text) {
  return MapCharacters(text, [](wint_t c) { return towlower_l(c, UnicodeLocale()); });
}

std::string ToUpperCase(absl::string_view text) {
  return MapCharacters(text, [](wint_t c) { return towupper_l(c, UnicodeLocale()); });
}

std::string Truncate(absl::string_view text, int count) {
  size_t at = 0;
  for (int i = 0; i < count && at < text.size(); ++i) {
    at += FirstCharacter(text.substr(at)).size;
  }
  return std::string(text.substr(0, at));
}

}  // namespace fluxcascade
