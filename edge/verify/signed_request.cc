#include "edge/verify/signed_request.h"

#include "absl/strings/match.h"

namespace fluxcascade::edge {

HeaderLookup FindHeader(absl::Span<const RawHeader> headers, absl::string_view name) {
  HeaderLookup found;
  for (const RawHeader& header : headers) {
    if (!absl::EqualsIgnoreCase(header.name, name)) continue;
    if (found.count != HeaderLookup::Count::kNone) return {HeaderLookup::Count::kSeveral, ""};
    found = {HeaderLookup::Count::kOne, header.value};
  }
  return found;
}

}  // namespace fluxcascade::edge
