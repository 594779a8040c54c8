#include "controlplane/store/rocks/rocks_store.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/due_scan.h"
#include "controlplane/store/rocks/format_version.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/rocks_database.h"
#include "controlplane/store/rocks/rocks_transaction.h"

namespace fluxcascade {

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const RocksStoreOptions& options) {
  FC_ASSIGN_OR_RETURN(RocksDatabase db, OpenRocksDatabase(options.path, options.env));
  FC_RETURN_IF_ERROR(BringToNewestVersion(*db, StoreMigrations()));
  auto store = absl::WrapUnique(new RocksStore(std::move(db)));
  KvTransaction reader(*store->db_, KvTransaction::Mode::kReadOnly);
  FC_RETURN_IF_ERROR(FindDueLines(reader, store->due_lines_));
  return store;
}

absl::Status RocksStore::RunOnce(const Body& body, bool* conflict) {
  *conflict = false;
  const uint64_t since = due_lines_.Now();
  KvTransaction kv(*db_, KvTransaction::Mode::kReadWrite);
  RocksTransaction transaction(kv, due_lines_, since);
  FC_RETURN_IF_ERROR(body(transaction));
  const absl::Status committed = kv.Commit();
  *conflict = absl::IsAborted(committed);
  return committed;
}

absl::Status RocksStore::Run(const Body& body) {
  bool conflict = false;
  const absl::Status first = RunOnce(body, &conflict);
  if (!conflict) return first;
  MutexLock lock(turn_);
  for (int tries = 1; tries < kMaxTries; ++tries) {
    const absl::Status status = RunOnce(body, &conflict);
    if (!conflict) return status;
  }
  return absl::AbortedError(
      absl::StrCat("a transaction conflicted with others ", kMaxTries, " times"));
}

absl::Status RocksStore::Read(const Body& body) {
  const uint64_t since = due_lines_.Now();
  KvTransaction kv(*db_, KvTransaction::Mode::kReadOnly);
  RocksTransaction transaction(kv, due_lines_, since);
  FC_RETURN_IF_ERROR(body(transaction));
  return kv.Commit();
}

absl::StatusOr<int64_t> RocksStore::SizeBytes() {
  uint64_t files = 0;
  uint64_t memory = 0;
  if (!db_->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &files) ||
      !db_->GetIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &memory)) {
    return absl::InternalError("RocksDB does not tell the store's size");
  }
  return static_cast<int64_t>(files + memory);
}

}  // namespace fluxcascade
