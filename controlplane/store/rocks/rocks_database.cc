#include "controlplane/store/rocks/rocks_database.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rocks/database_folder.h"
#include "common/rocks/env_on_file_system.h"
#include "common/rocks/synced_edits_file_system.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/int64_add.h"
#include "rocksdb/cache.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace fluxcascade {
namespace {

constexpr size_t kWriteBufferBytes = 32 << 20;
constexpr size_t kBlockCacheBytes = 64 << 20;
// Two transactions whose keys fall into one bucket commit one after the other.
constexpr uint32_t kLockBuckets = 1 << 16;

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  // A torn last record was never acknowledged; damage before it must not pass in silence.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.track_and_verify_wals_in_manifest = true;
  options.keep_log_file_num = 3;
  return options;
}

rocksdb::ColumnFamilyOptions ColumnFamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.merge_operator = NewInt64AddOperator();
  // A counter that is added to a thousand times a second would else be slow to read.
  options.max_successive_merges = 32;
  options.write_buffer_size = kWriteBufferBytes;
  options.level_compaction_dynamic_level_bytes = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

constexpr char kWhat[] = "the store folder";

}  // namespace

absl::StatusOr<RocksDatabase> OpenRocksDatabase(const std::string& path, rocksdb::Env* env) {
  if (env == nullptr) env = rocksdb::Env::Default();
  FC_RETURN_IF_ERROR(PrepareDatabaseFolder(env, path, kWhat));
  const std::shared_ptr<rocksdb::Env> synced =
      NewEnvOnFileSystem(env, std::make_shared<SyncedEditsFileSystem>(env->GetFileSystem()));
  rocksdb::OptimisticTransactionDBOptions transactions;
  // Validating in parallel lets commits share a sync; serially they could not.
  transactions.validate_policy = rocksdb::OccValidationPolicy::kValidateParallel;
  transactions.occ_lock_buckets = kLockBuckets;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::OptimisticTransactionDB* db = nullptr;
  const rocksdb::Status status = rocksdb::OptimisticTransactionDB::Open(
      DatabaseOptions(synced.get()), transactions, path,
      {rocksdb::ColumnFamilyDescriptor(rocksdb::kDefaultColumnFamilyName, ColumnFamilyOptions())},
      &handles, &db);
  FC_RETURN_IF_ERROR(DatabaseOpened(status, path, kWhat));
  // The database keeps a handle of its own to the default column family.
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return RocksDatabase(db, RocksDatabaseDeleter(synced));
}

}  // namespace fluxcascade
