// The URI that a sender signed: the one it was told to send to, with the query it added.
#ifndef FLUXCASCADE_EDGE_VERIFY_PUBLIC_URI_H_
#define FLUXCASCADE_EDGE_VERIFY_PUBLIC_URI_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// `public_url`, then `?` and `query` if there is a query, decoded as `decoding` says. The request's
// own path and Host are not asked: behind a proxy they need not be what the sender knows.
std::string PublicUri(absl::string_view public_url, std::optional<absl::string_view> query,
                      v1::SignedPart::UriDecoding decoding);

// Decodes %3A %2F %3F %40 %21 %24 %27 %28 %29 %2A %2C %3B, once, from the left; leaves everything
// else as it is, malformed escapes included.
std::string DecodeReservedCharacters(absl::string_view uri);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_VERIFY_PUBLIC_URI_H_
