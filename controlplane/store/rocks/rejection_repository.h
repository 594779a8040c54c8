// Rejections: for each app, or edge node, a ring.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_REJECTION_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_REJECTION_REPOSITORY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

class RocksRejectionRepository final : public RejectionRepository {
 public:
  explicit RocksRejectionRepository(KvTransaction& kv);

  absl::Status Insert(const store::v1::Rejection& rejection) override;
  absl::StatusOr<Page<store::v1::Rejection>> List(absl::string_view parent, absl::string_view app,
                                                  const PageRequest& page) override;

 private:
  // How many rejections this ring has ever taken; counts one more.
  absl::StatusOr<uint64_t> NextInRing(absl::string_view ring);

  KvTransaction& kv_;
  Table<store::v1::Rejection> rejections_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_REJECTION_REPOSITORY_H_
