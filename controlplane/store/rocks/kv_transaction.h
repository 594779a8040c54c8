// One RocksDB transaction, or one snapshot, as the repositories see it: keys, values and ranges.
//
// What is serializable: every key that was read with Get, and every guard that was watched, is
// checked at commit; a change by another transaction since this one's snapshot is a conflict. What
// Peek, Scan and Counter read is a consistent view, and is not checked.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KV_TRANSACTION_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KV_TRANSACTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/iterator.h"
#include "rocksdb/options.h"
#include "rocksdb/snapshot.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"
#include "rocksdb/utilities/transaction.h"

namespace fluxcascade {

// From `lower`, before `upper`; an empty `upper` is no bound.
struct KeyRange {
  std::string lower;
  std::string upper;
};

// Every key that begins with `prefix`.
KeyRange RangeOf(absl::string_view prefix);

enum class ScanOrder { kForward, kBackward };

// Not thread-safe. Gone without Commit, it leaves nothing behind.
class KvTransaction {
 public:
  enum class Mode { kReadWrite, kReadOnly };

  // `db` must outlive it.
  KvTransaction(rocksdb::OptimisticTransactionDB& db, Mode mode);
  KvTransaction(const KvTransaction&) = delete;
  KvTransaction& operator=(const KvTransaction&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(absl::string_view key);
  absl::StatusOr<std::optional<std::string>> Peek(absl::string_view key);

  // Calls `visit` with keys and values in order until it returns false. It may read, and must not
  // write.
  absl::Status Scan(const KeyRange& range, ScanOrder order,
                    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit);

  // Writes stop the process in kReadOnly.
  absl::Status Put(absl::string_view key, absl::string_view value);
  absl::Status Delete(absl::string_view key);
  // For keys that only the transaction that writes another, checked key may write: index entries.
  absl::Status PutUnchecked(absl::string_view key, absl::string_view value);
  absl::Status DeleteUnchecked(absl::string_view key);

  // A guard stands for a set of keys: what reads the set watches it, what changes the set touches
  // it. Touching conflicts with watching, not with touching. Guards take no room in the store.
  absl::Status WatchGuard(absl::string_view guard);
  absl::Status TouchGuard(absl::string_view guard);

  // Counters are added to without conflicts; a sum includes what this transaction added.
  void Add(absl::string_view counter, int64_t delta);
  absl::StatusOr<int64_t> Sum(const KeyRange& counters);
  // They are as if they had never been added to.
  absl::Status DeleteCounters(const KeyRange& counters);

  // To be called once the transaction, or the read, has succeeded.
  void OnSuccess(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }

  // Durable on OK. kAborted: a conflict, and nothing was written.
  absl::Status Commit();

 private:
  struct SnapshotRelease {
    rocksdb::DB* db;
    void operator()(const rocksdb::Snapshot* snapshot) const { db->ReleaseSnapshot(snapshot); }
  };

  rocksdb::ReadOptions AtSnapshot() const;
  std::unique_ptr<rocksdb::Iterator> NewIterator(const rocksdb::ReadOptions& options);
  absl::Status AddDeltas();

  rocksdb::OptimisticTransactionDB& db_;
  std::unique_ptr<const rocksdb::Snapshot, SnapshotRelease> snapshot_;  // kReadOnly
  std::unique_ptr<rocksdb::Transaction> transaction_;                   // kReadWrite
  std::map<std::string, int64_t, std::less<>> deltas_;
  std::vector<std::function<void()>> hooks_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KV_TRANSACTION_H_
