// RocksDB as the log uses it: opened so that what was synced is there after any crash, and what is
// damaged is an error instead of a shorter log.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_DATABASE_H_
#define FLUXCASCADE_EDGE_LOG_LOG_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "edge/log/background_errors.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"

namespace fluxcascade::edge {

struct LogDatabaseOptions {
  std::string path;
  // Not owned; outlives the database.
  rocksdb::Env* env = rocksdb::Env::Default();
  // How much is kept in memory and in one write-ahead file before it moves to a table. RocksDB
  // takes at least 64 KiB.
  uint64_t write_buffer_bytes = uint64_t{64} << 20;
  // Write-ahead files are written over so many zeros, of which one such file is kept ready
  // (common/rocks/zeros_ahead_file_system.h). 0: they grow.
  uint64_t zeros_ahead_bytes = 0;
  BackgroundErrors::Notify on_background_error;
};

class LogDatabase {
 public:
  // Makes the folder, durably, if there is none; its parent must exist. kFailedPrecondition:
  // another process has it open. kDataLoss: it holds data but nothing that says how to read it.
  static absl::StatusOr<std::unique_ptr<LogDatabase>> Open(const LogDatabaseOptions& options);
  // Takes no lock and changes nothing. Sees what was written before.
  static absl::StatusOr<std::unique_ptr<LogDatabase>> OpenForReading(
      const LogDatabaseOptions& options);

  ~LogDatabase();
  LogDatabase(const LogDatabase&) = delete;
  LogDatabase& operator=(const LogDatabase&) = delete;

  // The first error after which it takes no more writes; OK: there was none.
  absl::Status background_error() const { return background_errors_->first(); }

  rocksdb::DB* db() { return db_.get(); }
  // What is known about the log as a whole.
  rocksdb::ColumnFamilyHandle* about() { return about_; }
  rocksdb::ColumnFamilyHandle* requests() { return requests_; }

 private:
  explicit LogDatabase(const LogDatabaseOptions& options)
      : background_errors_(std::make_shared<BackgroundErrors>(options.on_background_error)) {}

  const std::shared_ptr<BackgroundErrors> background_errors_;
  // The database does not outlive it. Null for one that is only read.
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ColumnFamilyHandle* about_ = nullptr;
  rocksdb::ColumnFamilyHandle* requests_ = nullptr;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_DATABASE_H_
