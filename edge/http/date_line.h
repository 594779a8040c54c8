// The Date header, written once a second.
#ifndef FLUXCASCADE_EDGE_HTTP_DATE_LINE_H_
#define FLUXCASCADE_EDGE_HTTP_DATE_LINE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade::edge {

// For one thread.
class DateLine {
 public:
  // `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end (RFC 9110, section 5.6.7). Valid until
  // the next call.
  absl::string_view At(absl::Time now);

 private:
  int64_t second_ = INT64_MIN;
  std::string line_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_DATE_LINE_H_
