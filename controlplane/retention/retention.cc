#include "controlplane/retention/retention.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/logging/logging.h"
#include "common/status/status_macros.h"

namespace fluxcascade {

Retention::Retention(RetentionOptions options, Store& store, const Clock& clock)
    : options_(std::move(options)), store_(store), clock_(clock) {}

Retention::~Retention() { Stop(); }

void Retention::Start() {
  thread_ = std::thread([this] { Loop(); });
}

void Retention::Stop() {
  waker_.Stop();
  if (thread_.joinable()) thread_.join();
}

void Retention::Loop() {
  while (!waker_.stopped()) {
    const absl::StatusOr<int> went = RunOnce();
    if (!went.ok()) {
      Log(LogLevel::kError, "old records could not be taken away", {{"status", went.status()}});
    } else if (*went > 0) {
      Log(LogLevel::kInfo, "old records were taken away", {{"records", *went}});
    }
    waker_.WaitFor(options_.every);
  }
}

absl::StatusOr<int> Retention::RunOnce() {
  const absl::Time now = clock_.Now();
  const absl::Time history = now - options_.history;
  const absl::Time keys = now - std::max(options_.dedupe_keys, EventRepository::kDedupePeriod);
  const int step = options_.step;
  int went = 0;
  for (const Trim& trim : {
           Trim([&](Transaction& tx) { return tx.events().Trim(history, keys, step); }),
           Trim([&](Transaction& tx) { return tx.deliveries().Trim(history, step); }),
           Trim([&](Transaction& tx) { return tx.sync_logs().Trim(history, step); }),
           Trim([&](Transaction& tx) { return tx.messages().Trim(now - options_.messages, step); }),
       }) {
    FC_ASSIGN_OR_RETURN(const int trimmed, TrimAll(trim));
    went += trimmed;
  }
  return went;
}

absl::StatusOr<int> Retention::TrimAll(const Trim& trim) {
  int all = 0;
  for (int went = 1; went > 0 && !waker_.stopped(); all += went) {
    FC_RETURN_IF_ERROR(store_.Run([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(went, trim(tx));
      return absl::OkStatus();
    }));
  }
  return all;
}

}  // namespace fluxcascade
