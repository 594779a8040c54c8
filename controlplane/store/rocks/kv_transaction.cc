#include "controlplane/store/rocks/kv_transaction.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/check/check.h"
#include "common/rocks/rocks_status.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/int64_add.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "rocksdb/utilities/write_batch_with_index.h"

namespace fluxcascade {
namespace {

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

absl::string_view ToView(const rocksdb::Slice& bytes) {
  return absl::string_view(bytes.data(), bytes.size());
}

std::string GuardKey(absl::string_view guard) { return KeyIn(TableId::kGuard).Raw(guard).Take(); }

absl::StatusOr<std::optional<std::string>> Found(const rocksdb::Status& status, std::string value) {
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return FromRocks(status, "reading the store");
  return std::optional<std::string>(std::move(value));
}

bool InRange(absl::string_view key, const KeyRange& range) {
  return key >= range.lower && (range.upper.empty() || key < range.upper);
}

}  // namespace

KeyRange RangeOf(absl::string_view prefix) {
  return KeyRange{std::string(prefix), PrefixEnd(prefix)};
}

KvTransaction::KvTransaction(rocksdb::OptimisticTransactionDB& db, Mode mode)
    : db_(db), snapshot_(nullptr, SnapshotRelease{&db}) {
  if (mode == Mode::kReadOnly) {
    snapshot_.reset(db.GetSnapshot());
    return;
  }
  rocksdb::WriteOptions write_options;
  write_options.sync = true;
  rocksdb::OptimisticTransactionOptions options;
  options.set_snapshot = true;
  transaction_.reset(db.BeginTransaction(write_options, options));
}

rocksdb::ReadOptions KvTransaction::AtSnapshot() const {
  rocksdb::ReadOptions options;
  options.snapshot = transaction_ != nullptr ? transaction_->GetSnapshot() : snapshot_.get();
  return options;
}

absl::StatusOr<std::optional<std::string>> KvTransaction::Get(absl::string_view key) {
  if (transaction_ == nullptr) return Peek(key);
  std::string value;
  const rocksdb::Status status = transaction_->GetForUpdate(AtSnapshot(), ToSlice(key), &value);
  return Found(status, std::move(value));
}

absl::StatusOr<std::optional<std::string>> KvTransaction::Peek(absl::string_view key) {
  std::string value;
  const rocksdb::Status status = transaction_ != nullptr
                                     ? transaction_->Get(AtSnapshot(), ToSlice(key), &value)
                                     : db_.Get(AtSnapshot(), ToSlice(key), &value);
  return Found(status, std::move(value));
}

std::unique_ptr<rocksdb::Iterator> KvTransaction::NewIterator(const rocksdb::ReadOptions& options) {
  return std::unique_ptr<rocksdb::Iterator>(
      transaction_ != nullptr ? transaction_->GetIterator(options) : db_.NewIterator(options));
}

absl::Status KvTransaction::Scan(
    const KeyRange& range, ScanOrder order,
    absl::FunctionRef<bool(absl::string_view, absl::string_view)> visit) {
  const rocksdb::Slice lower = ToSlice(range.lower);
  const rocksdb::Slice upper = ToSlice(range.upper);
  rocksdb::ReadOptions options = AtSnapshot();
  // Bounds keep RocksDB from walking over deleted keys beyond the range.
  options.iterate_lower_bound = &lower;
  if (!range.upper.empty()) options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(options);
  const bool forward = order == ScanOrder::kForward;
  if (forward) {
    it->Seek(lower);
  } else if (range.upper.empty()) {
    it->SeekToLast();
  } else {
    it->SeekForPrev(upper);
    if (it->Valid() && it->key() == upper) it->Prev();
  }
  while (it->Valid() && InRange(ToView(it->key()), range)) {
    if (!visit(ToView(it->key()), ToView(it->value()))) break;
    forward ? it->Next() : it->Prev();
  }
  return FromRocks(it->status(), "scanning the store");
}

absl::Status KvTransaction::Put(absl::string_view key, absl::string_view value) {
  FC_CHECK(transaction_ != nullptr);
  return FromRocks(transaction_->Put(ToSlice(key), ToSlice(value)), "writing to the store");
}

absl::Status KvTransaction::Delete(absl::string_view key) {
  FC_CHECK(transaction_ != nullptr);
  return FromRocks(transaction_->Delete(ToSlice(key)), "writing to the store");
}

absl::Status KvTransaction::PutUnchecked(absl::string_view key, absl::string_view value) {
  FC_CHECK(transaction_ != nullptr);
  return FromRocks(transaction_->PutUntracked(ToSlice(key), ToSlice(value)),
                   "writing to the store");
}

absl::Status KvTransaction::DeleteUnchecked(absl::string_view key) {
  FC_CHECK(transaction_ != nullptr);
  return FromRocks(transaction_->DeleteUntracked(ToSlice(key)), "writing to the store");
}

absl::Status KvTransaction::WatchGuard(absl::string_view guard) {
  return Get(GuardKey(guard)).status();
}

// The deletion of a key that is never there: it raises the key's sequence number, which is what
// commits are checked against, and leaves nothing.
absl::Status KvTransaction::TouchGuard(absl::string_view guard) {
  return DeleteUnchecked(GuardKey(guard));
}

void KvTransaction::Add(absl::string_view counter, int64_t delta) {
  FC_CHECK(transaction_ != nullptr);
  deltas_[std::string(counter)] += delta;
}

// Reads the database beside the transaction, whose batch cannot show sums of merges.
absl::StatusOr<int64_t> KvTransaction::Sum(const KeyRange& counters) {
  const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(AtSnapshot()));
  int64_t sum = 0;
  for (it->Seek(ToSlice(counters.lower)); it->Valid() && InRange(ToView(it->key()), counters);
       it->Next()) {
    const std::optional<int64_t> value = DecodeInt64(ToView(it->value()));
    if (!value) return absl::DataLossError("a counter of the store is not eight bytes long");
    sum += *value;
  }
  FC_RETURN_IF_ERROR(FromRocks(it->status(), "scanning the store"));
  for (auto delta = deltas_.lower_bound(counters.lower);
       delta != deltas_.end() && InRange(delta->first, counters); ++delta) {
    sum += delta->second;
  }
  return sum;
}

absl::Status KvTransaction::DeleteCounters(const KeyRange& counters) {
  const auto upper = counters.upper.empty() ? deltas_.end() : deltas_.lower_bound(counters.upper);
  deltas_.erase(deltas_.lower_bound(counters.lower), upper);
  const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(AtSnapshot()));
  for (it->Seek(ToSlice(counters.lower)); it->Valid() && InRange(ToView(it->key()), counters);
       it->Next()) {
    FC_RETURN_IF_ERROR(DeleteUnchecked(ToView(it->key())));
  }
  return FromRocks(it->status(), "scanning the store");
}

absl::Status KvTransaction::AddDeltas() {
  for (const auto& [counter, delta] : deltas_) {
    if (delta == 0) continue;
    FC_RETURN_IF_ERROR(
        FromRocks(transaction_->MergeUntracked(ToSlice(counter), ToSlice(EncodeInt64(delta))),
                  "writing to the store"));
  }
  return absl::OkStatus();
}

absl::Status KvTransaction::Commit() {
  if (transaction_ != nullptr) {
    FC_RETURN_IF_ERROR(AddDeltas());
    // What only read has nothing to sync.
    if (transaction_->GetWriteBatch()->GetWriteBatch()->Count() > 0) {
      FC_RETURN_IF_ERROR(FromRocks(transaction_->Commit(), "committing to the store"));
    }
  }
  for (const std::function<void()>& hook : hooks_) hook();
  return absl::OkStatus();
}

}  // namespace fluxcascade
