// The version of what is stored, and the way from older ones to the newest.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_FORMAT_VERSION_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_FORMAT_VERSION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace fluxcascade {

// Takes a store from the version before to `to_version`, in bounded steps. Each step is one
// transaction, in which the position that it gives is stored too: a migration that was interrupted
// goes on from there.
struct Migration {
  uint64_t to_version;
  // `position` is empty at the beginning; an empty one is given back at the end.
  std::function<absl::StatusOr<std::string>(KvTransaction& kv, absl::string_view position)> step;
};

// The migrations to the version of this program, in order.
const std::vector<Migration>& StoreMigrations();

// Marks a new store with the version that the last migration leads to (1 when there is none), and
// brings an older store there. kFailedPrecondition, in one line, for a store that is newer.
absl::Status BringToNewestVersion(rocksdb::OptimisticTransactionDB& db,
                                  const std::vector<Migration>& migrations);

// The version of a store that was opened before; 0 for one that is new.
absl::StatusOr<uint64_t> ReadFormatVersion(KvTransaction& kv);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_FORMAT_VERSION_H_
