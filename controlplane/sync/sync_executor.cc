#include "controlplane/sync/sync_executor.h"

#include <memory>
#include <string>
#include <utility>

#include "common/logging/logging.h"

namespace fluxcascade {

SyncExecutor::SyncExecutor(SyncDependencies dependencies, int threads,
                           std::function<void()> on_work)
    : dependencies_(dependencies), on_work_(std::move(on_work)), threads_(threads) {}

void SyncExecutor::Execute(ClaimedDelivery claimed, std::function<void()> done) {
  threads_.Run([this, claimed = std::move(claimed), done = std::move(done)]() mutable {
    const std::string name = claimed.delivery.name();
    const absl::Status ended = SyncOperation(dependencies_, std::move(claimed)).Run();
    if (absl::IsAborted(ended)) {
      // Given back at a stop, or lost with its lease: whoever has it now makes the attempt again.
      Log(LogLevel::kInfo, "an attempt ended after its delivery was given back",
          {{"delivery", name}, {"status", ended}});
    } else if (!ended.ok()) {
      Log(LogLevel::kError, "the end of an attempt was not stored",
          {{"delivery", name}, {"error", ended}});
    }
    done();
    on_work_();
  });
}

}  // namespace fluxcascade
