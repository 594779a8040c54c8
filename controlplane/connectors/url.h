// Pieces of URLs and forms, encoded.
#ifndef FLUXCASCADE_CONTROLPLANE_CONNECTORS_URL_H_
#define FLUXCASCADE_CONTROLPLANE_CONNECTORS_URL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace fluxcascade {

using UrlParameters = std::vector<std::pair<std::string, std::string>>;

// All but RFC 3986's unreserved characters become %XX: fit for a path segment or a query's value.
std::string PercentEncode(absl::string_view text);

// `a=1&b=2`, both sides encoded; also the body of a form.
std::string EncodeParameters(const UrlParameters& parameters);

// Adds to the query of `url`, which may have one.
std::string WithParameters(absl::string_view url, const UrlParameters& parameters);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONNECTORS_URL_H_
