// What the values of flags may be. kInvalidArgument names the flag and says it, for
// ExitIfUsageError.
#ifndef FLUXCASCADE_COMMON_FLAGS_FLAG_RANGE_H_
#define FLUXCASCADE_COMMON_FLAGS_FLAG_RANGE_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

// `--<flag>: <problem>`.
inline absl::Status FlagError(absl::string_view flag, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", problem));
}

// Both ends are within.
template <typename Number>
absl::Status CheckRange(absl::string_view flag, Number value, Number least, Number most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return FlagError(flag, absl::StrCat(value, " is not within ", least, " to ", most));
}

inline absl::Status CheckDuration(absl::string_view flag, absl::Duration value,
                                  absl::Duration least, absl::Duration most) {
  if (value >= least && value <= most) return absl::OkStatus();
  return FlagError(flag,
                   absl::StrCat(absl::FormatDuration(value), " is not within ",
                                absl::FormatDuration(least), " to ", absl::FormatDuration(most)));
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_FLAGS_FLAG_RANGE_H_
