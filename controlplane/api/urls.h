// The URLs that users may set.
#ifndef FLUXCASCADE_CONTROLPLANE_API_URLS_H_
#define FLUXCASCADE_CONTROLPLANE_API_URLS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fluxcascade {

inline constexpr size_t kMaxEndpointUrlBytes = 2048;

// An endpoint's. An address that is not public is refused here when it is spelled out; a name that
// leads to one is refused when it is called. kInvalidArgument says which rule is broken.
absl::Status CheckEndpointUrl(absl::string_view url, bool allow_private_addresses);

// An edge group's: `https://host[:port]`, without path, query or a slash at its end.
absl::Status CheckPublicBaseUrl(absl::string_view url);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_API_URLS_H_
