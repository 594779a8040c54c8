// Takes away what is older than it is to be kept.
#ifndef FLUXCASCADE_CONTROLPLANE_RETENTION_RETENTION_H_
#define FLUXCASCADE_CONTROLPLANE_RETENTION_RETENTION_H_

#include <functional>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/waker.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

struct RetentionOptions {
  // Events, ended deliveries with their attempts, and sync logs. A message goes with the last of
  // the deliveries that send it: one that waits, or is retried by hand, has it to its end.
  absl::Duration history = absl::Hours(30 * 24);
  // Messages that name no delivery, which is how they were stored once.
  absl::Duration messages = absl::Hours(31 * 24);
  // Not less than EventRepository::kDedupePeriod; a shorter one is taken as that.
  absl::Duration dedupe_keys = EventRepository::kDedupePeriod;
  // Records of one kind that one transaction takes away.
  int step = 200;
  absl::Duration every = absl::Minutes(10);
};

class Retention {
 public:
  // `store` and `clock` must outlive it.
  Retention(RetentionOptions options, Store& store, const Clock& clock);
  ~Retention();

  // Runs now, every `every`, and whenever the hook of a deleted app ends, on a thread of its own
  // until Stop.
  void Start();
  void Stop();

  // Takes away all that is too old, in bounded transactions, unless stopped meanwhile; gives how
  // many went. Safe to interrupt anywhere. Deleted apps go after their hook's grace period, and the
  // edges of their group are then told to forget the hook.
  absl::StatusOr<int> RunOnce();

  // How long to wait before the next RunOnce: `every`, or until the first hook of those that are
  // still to end has ended, if that is sooner. Deletions to come are no matter: a hook outlives its
  // app by more than `every`.
  absl::StatusOr<absl::Duration> TimeToNextRun();

 private:
  using Trim = std::function<absl::StatusOr<int>(Transaction&)>;

  absl::StatusOr<int> TrimAll(const Trim& trim);
  absl::StatusOr<int> PurgeApps(absl::Time now);
  void Loop();

  const RetentionOptions options_;
  Store& store_;
  const Clock& clock_;
  Waker waker_;
  std::thread thread_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_RETENTION_RETENTION_H_
