#include "edge/log_keeper.h"

#include <algorithm>
#include <utility>

#include "common/logging/logging.h"

namespace fluxcascade::edge {

LogCare::LogCare(Jobs jobs, absl::Duration now)
    : jobs_(std::move(jobs)),
      reopen_due_(now + kReopenInterval),
      retention_due_(now + kRetentionInterval),
      look_due_(now) {}

absl::Duration LogCare::RunDue(absl::Duration now) {
  if (now >= look_due_) {
    if (jobs_.look_at_disk()) retention_due_ = now;
    look_due_ = now + kLookInterval;
  }
  if (now >= reopen_due_) {
    const absl::Status status = jobs_.reopen();
    if (!status.ok()) Log(LogLevel::kError, "the log takes nothing", {{"error", status}});
    reopen_due_ = now + kReopenInterval;
  }
  if (now >= retention_due_) {
    const absl::StatusOr<bool> more = jobs_.retention_step();
    if (!more.ok()) Log(LogLevel::kError, "the log was not trimmed", {{"error", more.status()}});
    if (!more.ok() || !*more) retention_due_ = now + kRetentionInterval;
  }
  return std::min({look_due_, reopen_due_, retention_due_});
}

LogKeeper::LogKeeper(LogCare::Jobs jobs, const Clock& clock)
    : care_(std::move(jobs), clock.Monotonic()),
      thread_([this](absl::Duration now) { return care_.RunDue(now); }, clock) {}

}  // namespace fluxcascade::edge
