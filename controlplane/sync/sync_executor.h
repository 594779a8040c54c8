// Runs inbound deliveries on threads of its own, since connectors block.
#ifndef FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_EXECUTOR_H_
#define FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_EXECUTOR_H_

#include <functional>

#include "common/thread_pool/thread_pool.h"
#include "controlplane/queue/executor.h"
#include "controlplane/sync/sync_operation.h"

namespace fluxcascade {

class SyncExecutor final : public Executor {
 public:
  // `on_work` is called after each attempt: a lane may be free, a message may wait to be sent.
  SyncExecutor(SyncDependencies dependencies, int threads, std::function<void()> on_work);

  void Execute(ClaimedDelivery claimed, std::function<void()> done) override;

 private:
  SyncDependencies dependencies_;
  std::function<void()> on_work_;
  ThreadPool threads_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SYNC_SYNC_EXECUTOR_H_
