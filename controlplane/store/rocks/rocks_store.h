// The Store over RocksDB, for one process. Which keys there are is in SCHEMA.md.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_STORE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_STORE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/mutex/mutex.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/rocks_database.h"
#include "controlplane/store/store.h"
#include "rocksdb/env.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace fluxcascade {

struct RocksStoreOptions {
  // The store's folder; made when it is missing, its parent must exist.
  std::string path;
  // Null for the machine's own; must outlive the store.
  rocksdb::Env* env = nullptr;
};

class RocksStore final : public Store {
 public:
  // How often Run runs a body that conflicts.
  static constexpr int kMaxTries = 64;

  // kFailedPrecondition, in one line, when the store is open elsewhere or newer than this program.
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const RocksStoreOptions& options);

  absl::Status Run(const Body& body) override;
  absl::Status Read(const Body& body) override;
  absl::StatusOr<int64_t> SizeBytes() override;

 private:
  explicit RocksStore(RocksDatabase db) : db_(std::move(db)) {}

  // `*conflict`: the body succeeded, its commit did not.
  absl::Status RunOnce(const Body& body, bool* conflict);

  const RocksDatabase db_;
  DueLines due_lines_;
  // Held while a body is run again: those that conflict take turns, so that each gets through.
  Mutex turn_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_STORE_H_
