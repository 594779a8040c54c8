#include "edge/log/log_database.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/rocks/database_folder.h"
#include "common/rocks/env_on_file_system.h"
#include "common/rocks/synced_edits_file_system.h"
#include "common/rocks/zeros_ahead_file_system.h"
#include "common/status/status_macros.h"
#include "edge/log/log_format.h"
#include "rocksdb/cache.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "rocksdb/table.h"

namespace fluxcascade::edge {
namespace {

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::DBOptions DatabaseOptions(const LogDatabaseOptions& options) {
  rocksdb::DBOptions db;
  db.env = options.env;
  db.create_if_missing = true;
  db.create_missing_column_families = true;

  // A write that the power cut short was never acknowledged, and only that may be missing: any
  // other damage stops the recovery.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.track_and_verify_wals_in_manifest = true;
  db.verify_sst_unique_id_in_manifest = true;
  db.paranoid_checks = true;
  db.manual_wal_flush = false;
  // A write-ahead file takes space as it grows: what is free then says what there is room for.
  db.allow_fallocate = false;
  // Little is ever written about the log as a whole: that family would keep old write-ahead files
  // alive for ever. (atomic_flush would do it too, but after a failed write RocksDB 7.8 then aborts
  // when it is closed: it has lost a reference.)
  db.max_total_wal_size = 2 * options.write_buffer_bytes;
  // After an error the log itself decides when to go on: when it has been opened and checked again.
  db.max_bgerror_resume_count = 0;

  db.max_background_jobs = 2;
  db.max_open_files = 512;
  db.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db.max_log_file_size = size_t{4} << 20;
  db.keep_log_file_num = 4;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

// For a queue: keys only rise, so tables never overlap, and compaction moves them down as they are.
rocksdb::ColumnFamilyOptions RequestsOptions(const LogDatabaseOptions& options) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 4;
  family.compaction_style = rocksdb::kCompactionStyleLevel;
  family.level0_file_num_compaction_trigger = 2;
  family.target_file_size_base = options.write_buffer_bytes;
  // Sizes and limits then mean what they say on disk.
  family.compression = rocksdb::kNoCompression;

  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.block_size = 32 << 10;
  table.block_cache = rocksdb::NewLRUCache(16 << 20);
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

std::vector<rocksdb::ColumnFamilyDescriptor> Families(const LogDatabaseOptions& options) {
  rocksdb::ColumnFamilyOptions about;
  about.compression = rocksdb::kNoCompression;
  return {{rocksdb::kDefaultColumnFamilyName, about}, {kRequestsFamily, RequestsOptions(options)}};
}

constexpr char kWhat[] = "the log folder";

}  // namespace

absl::StatusOr<std::unique_ptr<LogDatabase>> LogDatabase::Open(const LogDatabaseOptions& options) {
  FC_RETURN_IF_ERROR(PrepareDatabaseFolder(options.env, options.path, kWhat));
  std::unique_ptr<LogDatabase> database(new LogDatabase(options));
  rocksdb::DBOptions db_options = DatabaseOptions(options);
  db_options.listeners.push_back(database->background_errors_);
  std::shared_ptr<rocksdb::FileSystem> file_system =
      std::make_shared<SyncedEditsFileSystem>(options.env->GetFileSystem());
  if (options.zeros_ahead_bytes > 0) {
    const auto zeros = std::make_shared<ZerosAheadFileSystem>(file_system, options.path,
                                                              options.zeros_ahead_bytes);
    zeros->WaitUntilReady();
    file_system = zeros;
  }
  database->env_ = NewEnvOnFileSystem(options.env, file_system);
  db_options.env = database->env_.get();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  FC_RETURN_IF_ERROR(
      DatabaseOpened(rocksdb::DB::Open(db_options, options.path, Families(options), &handles, &db),
                     options.path, kWhat));
  database->db_.reset(db);
  database->about_ = handles[0];
  database->requests_ = handles[1];
  return database;
}

absl::StatusOr<std::unique_ptr<LogDatabase>> LogDatabase::OpenForReading(
    const LogDatabaseOptions& options) {
  if (!options.env->FileExists(absl::StrCat(options.path, "/CURRENT")).ok()) {
    return absl::NotFoundError(absl::StrCat("there is no log in the folder ", options.path));
  }
  rocksdb::DBOptions db_options = DatabaseOptions(options);
  db_options.create_if_missing = false;
  db_options.create_missing_column_families = false;
  db_options.info_log = std::make_shared<SilentLogger>();
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  FC_RETURN_IF_ERROR(DatabaseOpened(
      rocksdb::DB::OpenForReadOnly(db_options, options.path, Families(options), &handles, &db),
      options.path, kWhat));
  std::unique_ptr<LogDatabase> database(new LogDatabase(options));
  database->db_.reset(db);
  database->about_ = handles[0];
  database->requests_ = handles[1];
  return database;
}

LogDatabase::~LogDatabase() {
  for (rocksdb::ColumnFamilyHandle* family : {about_, requests_}) {
    // Fails for a null handle only.
    if (family != nullptr) static_cast<void>(db_->DestroyColumnFamilyHandle(family));
  }
}

}  // namespace fluxcascade::edge
