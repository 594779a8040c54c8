#include "edge/log/background_errors.h"

#include <utility>

#include "absl/status/status.h"
#include "common/mutex/mutex.h"
#include "common/rocks/rocks_status.h"
#include "rocksdb/listener.h"
#include "rocksdb/status.h"

namespace fluxcascade::edge {
namespace {

// A compaction that failed for a passing reason is tried again; nothing else is held up by it.
bool StopsWrites(rocksdb::BackgroundErrorReason reason, const rocksdb::Status& error) {
  return reason != rocksdb::BackgroundErrorReason::kCompaction ||
         error.severity() >= rocksdb::Status::Severity::kHardError;
}

}  // namespace

BackgroundErrors::BackgroundErrors(Notify notify) : notify_(std::move(notify)) {}

absl::Status BackgroundErrors::first() const {
  MutexLock lock(mutex_);
  return first_;
}

void BackgroundErrors::OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                                         rocksdb::Status* error) {
  if (!StopsWrites(reason, *error)) return;
  const absl::Status status = FromRocks(*error, "keeping the log's files");
  {
    MutexLock lock(mutex_);
    if (first_.ok()) first_ = status;
  }
  if (notify_) notify_(status);
}

}  // namespace fluxcascade::edge
