#include "controlplane/store/rerunning_store.h"

#include "absl/status/status.h"

namespace fluxcascade {

absl::Status RerunningStore::Run(const Body& body) {
  if (random_.Below(2) == 0) {
    // Whatever it gives, it is the second run that counts.
    store_
        ->Run([&](Transaction& tx) {
          body(tx).IgnoreError();
          return absl::CancelledError("thrown away");
        })
        .IgnoreError();
  }
  return store_->Run(body);
}

}  // namespace fluxcascade
