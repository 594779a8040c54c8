// The one place where RocksDB's statuses become ours.
#ifndef FLUXCASCADE_COMMON_ROCKS_ROCKS_STATUS_H_
#define FLUXCASCADE_COMMON_ROCKS_ROCKS_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rocksdb/status.h"

namespace fluxcascade {

// NotFound → kNotFound; Corruption → kDataLoss; NoSpace, MemoryLimit → kResourceExhausted; Busy,
// TryAgain, Aborted → kAborted; IOError → kUnavailable; TimedOut → kDeadlineExceeded;
// ShutdownInProgress → kCancelled; the rest → kInternal. `doing` begins the message: what was being
// done.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_ROCKS_ROCKS_STATUS_H_
