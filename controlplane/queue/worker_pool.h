// Claims due deliveries of one direction and hands them to an executor, as many at a time as there
// are places.
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_WORKER_POOL_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_WORKER_POOL_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "controlplane/queue/executor.h"
#include "controlplane/queue/running_deliveries.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

struct WorkerPoolOptions {
  store::v1::Direction direction = store::v1::DIRECTION_UNSPECIFIED;
  // Whose leases they are. Stays the same over restarts of one replica, and differs between
  // replicas and directions.
  std::string holder;
  int max_running = 64;
  int max_running_per_destination = 16;
  // Renewed at half of it. After a crash others wait this long, unless Recover gives the leases
  // back sooner.
  absl::Duration lease = absl::Minutes(1);
  // How long Stop waits for what runs.
  absl::Duration drain = absl::Seconds(20);
};

// Start, Wake, StopClaiming and Stop may be called from any thread; Recover and Step by nobody else
// once started.
class WorkerPool {
 public:
  // All must outlive it; it must outlive no executor's work: `done` may come after it is gone.
  WorkerPool(WorkerPoolOptions options, Store& store, const Clock& clock, Executor& executor);
  ~WorkerPool();

  // Gives back what this holder ran before it crashed. To be called before the first Step.
  absl::Status Recover();

  // Recovers, then steps on a thread of its own until Stop.
  void Start();

  // Something has become due: to be called after a commit that enqueues or reschedules.
  void Wake();

  // Claims nothing more from now on. Does not wait.
  void StopClaiming();

  // Stops claiming, waits for what runs, at most `drain` since it stopped, and gives back the rest:
  // it is due at once, and the attempt does not count. What an executor does with it later changes
  // nothing.
  void Stop();

  // One turn: renews leases that need it, claims what is due and there is room for, and hands it
  // over. Gives when to step next, unless Wake or a `done` comes first; nothing when only those
  // can make more to do.
  absl::StatusOr<std::optional<absl::Time>> Step();

  int running() const { return running_->size(); }

 private:
  void Loop();
  absl::Status RenewLeases();
  absl::StatusOr<std::vector<ClaimedDelivery>> Claim(int limit);
  void HandOver(ClaimedDelivery claimed);
  absl::StatusOr<std::optional<absl::Time>> NextStep(absl::Time claimed_at);
  void Drain();
  absl::Status GiveBack();

  const WorkerPoolOptions options_;
  Store& store_;
  const Clock& clock_;
  Executor& executor_;
  // Shared with the executor's `done`s.
  const std::shared_ptr<RunningDeliveries> running_;
  std::thread thread_;
  // Monotonic; set by the first StopClaiming.
  std::once_flag stopped_claiming_;
  absl::Duration drain_end_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_WORKER_POOL_H_
