// Finds bodies with side effects: runs each an extra time, at random, and throws away what the
// first run wrote, as a conflict would. For tests.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_RERUNNING_STORE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_RERUNNING_STORE_H_

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/random/random.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

class RerunningStore final : public Store {
 public:
  // `random` must outlive it.
  RerunningStore(std::unique_ptr<Store> store, Random& random)
      : store_(std::move(store)), random_(random) {}

  absl::Status Run(const Body& body) override;
  absl::Status Read(const Body& body) override { return store_->Read(body); }
  absl::StatusOr<int64_t> SizeBytes() override { return store_->SizeBytes(); }

 private:
  const std::unique_ptr<Store> store_;
  Random& random_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_RERUNNING_STORE_H_
