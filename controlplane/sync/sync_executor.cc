#include "controlplane/sync/sync_executor.h"

#include <memory>
#include <string>
#include <utility>

namespace fluxcascade {

SyncExecutor::SyncExecutor(SyncDependencies dependencies, int threads,
                           std::function<void()> on_work)
    : dependencies_(dependencies), on_work_(std::move(on_work)), threads_(threads) {}

void SyncExecutor::Execute(ClaimedDelivery claimed, std::function<void()> done) {
  threads_.Run([this, claimed = std::move(claimed), done = std::move(done)]() mutable {
    const std::string name = claimed.delivery.name();
    LogAttemptEnd(name, SyncOperation(dependencies_, std::move(claimed)).Run());
    done();
    on_work_();
  });
}

}  // namespace fluxcascade
