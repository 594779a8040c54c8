#include "edge/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"

namespace fluxcascade::edge {

absl::StatusOr<uint64_t> SoftLimitFor(uint64_t max_connections, const DescriptorLimit& present) {
  const uint64_t needed = max_connections + kReservedDescriptors;
  if (needed <= present.hard) return std::max(needed, present.soft);
  return absl::FailedPreconditionError(absl::StrCat(
      "--max_connections=", max_connections, " needs ", needed,
      " open files, and the hard limit is ", present.hard,
      ": raise it (`ulimit -n`, or LimitNOFILE of the service), or lower --max_connections"));
}

absl::Status RaiseDescriptorLimit(uint64_t max_connections) {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return absl::ErrnoToStatus(errno, "the limit of open files can't be read");
  }
  // RLIM_INFINITY is the largest number there is.
  FC_ASSIGN_OR_RETURN(limit.rlim_cur, SoftLimitFor(max_connections, {.soft = limit.rlim_cur,
                                                                     .hard = limit.rlim_max}));
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "the limit of open files can't be raised");
}

}  // namespace fluxcascade::edge
