// The items of a header that holds several.
#ifndef FLUXCASCADE_EDGE_VERIFY_HEADER_ITEMS_H_
#define FLUXCASCADE_EDGE_VERIFY_HEADER_ITEMS_H_

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fluxcascade::edge {

using HeaderItems = absl::InlinedVector<absl::string_view, 4>;

// What stands between the separators, without white space around it; empty items included. Without
// a separator, the value itself is the only item.
HeaderItems SplitItems(absl::string_view value, absl::string_view separator);

// Whether a recipe may name this separator: none, a space, or one punctuation character that stands
// neither in hex nor in base64.
absl::Status CheckSeparator(absl::string_view field, absl::string_view separator);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_HEADER_ITEMS_H_
