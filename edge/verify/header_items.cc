#include "edge/verify/header_items.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "edge/verify/recipe_fields.h"

namespace fluxcascade::edge {
namespace {

bool CanSeparate(char character) {
  if (absl::string_view("+/=").find(character) != absl::string_view::npos) return false;
  return character == ' ' || absl::ascii_ispunct(character);
}

}  // namespace

HeaderItems SplitItems(absl::string_view value, absl::string_view separator) {
  if (separator.empty()) return {value};
  HeaderItems items;
  for (const absl::string_view item : absl::StrSplit(value, absl::ByString(separator))) {
    items.push_back(absl::StripAsciiWhitespace(item));
  }
  return items;
}

absl::Status CheckSeparator(absl::string_view field, absl::string_view separator) {
  if (separator.empty() || (separator.size() == 1 && CanSeparate(separator[0]))) {
    return absl::OkStatus();
  }
  return FieldError(field, "must be empty, a space or one punctuation character, not of `+/=`");
}

}  // namespace fluxcascade::edge
