// A field of a request's head, as it came.
#ifndef FLUXCASCADE_EDGE_HTTP_RAW_HEADER_H_
#define FLUXCASCADE_EDGE_HTTP_RAW_HEADER_H_

#include "absl/strings/string_view.h"

namespace fluxcascade::edge {

// The value as sent, without the white space that HTTP allows around it. Views; whoever makes one
// keeps alive what they point to.
struct RawHeader {
  absl::string_view name;
  absl::string_view value;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_RAW_HEADER_H_
