// How the store's RocksDB is opened.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_DATABASE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_DATABASE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "rocksdb/env.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace fluxcascade {

// Deletes a database, and then the Env that it uses.
class RocksDatabaseDeleter {
 public:
  RocksDatabaseDeleter() = default;
  explicit RocksDatabaseDeleter(std::shared_ptr<rocksdb::Env> env) : env_(std::move(env)) {}
  void operator()(rocksdb::OptimisticTransactionDB* db) const { delete db; }

 private:
  std::shared_ptr<rocksdb::Env> env_;
};
using RocksDatabase = std::unique_ptr<rocksdb::OptimisticTransactionDB, RocksDatabaseDeleter>;

// Opens or makes the database in the folder `path`, whose parent must exist. `env`: null for the
// machine's own. kFailedPrecondition, in one line, when another process (or this one) has it open.
absl::StatusOr<RocksDatabase> OpenRocksDatabase(const std::string& path, rocksdb::Env* env);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_ROCKS_DATABASE_H_
