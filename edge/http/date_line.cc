#include "edge/http/date_line.h"

#include "absl/strings/str_cat.h"

namespace fluxcascade::edge {

absl::string_view DateLine::At(absl::Time now) {
  const int64_t second = absl::ToUnixSeconds(now);
  if (second != second_) {
    second_ = second;
    line_ = absl::StrCat(
        "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", now, absl::UTCTimeZone()), "\r\n");
  }
  return line_;
}

}  // namespace fluxcascade::edge
