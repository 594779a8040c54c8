// A table of records of one Protobuf type, with its indexes and counters. A repository declares a
// TableSpec and is left with little to say.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/status_macros.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table_storage.h"

namespace fluxcascade {

template <typename Record>
struct IndexSpec {
  uint8_t id;
  // Whether transactions that read what is under an entry are to conflict with those that change
  // it. A page or a trim needs no guard.
  bool guarded;
  // The encoded entries under which the record is found.
  std::vector<std::string> (*entries)(const Record&);
};

template <typename Record>
struct TableSpec {
  TableId id;
  absl::string_view noun;  // of error messages: "app"
  // The encoded primary key.
  std::string (*key)(const Record&);
  // The record's name in error messages.
  std::string (*label)(const Record&);
  std::vector<IndexSpec<Record>> indexes = {};
  // Keys of the counters that count this record.
  std::vector<std::string> (*counters)(const Record&) = nullptr;
};

// Keys given to its methods are encoded primary keys.
template <typename Record>
class Table {
 public:
  static constexpr int kNoLimit = std::numeric_limits<int>::max();

  // `spec` must outlive it.
  Table(KvTransaction& kv, const TableSpec<Record>& spec) : storage_(kv, spec.id), spec_(spec) {}

  KvTransaction& kv() { return storage_.kv(); }
  const TableSpec<Record>& spec() const { return spec_; }
  const TableStorage& storage() const { return storage_; }

  // Checked at commit.
  absl::StatusOr<std::optional<Record>> Find(absl::string_view key) { return Load(key, true); }
  // Not checked.
  absl::StatusOr<std::optional<Record>> Peek(absl::string_view key) { return Load(key, false); }

  // kNotFound, naming `label`.
  absl::StatusOr<Record> Get(absl::string_view key, absl::string_view label) {
    FC_ASSIGN_OR_RETURN(std::optional<Record> record, Find(key));
    if (!record) return NotFound(label);
    return *std::move(record);
  }

  absl::Status Insert(const Record& record) {
    const std::string key = spec_.key(record);
    FC_ASSIGN_OR_RETURN(const std::optional<Record> old, Find(key));
    if (old) {
      return absl::AlreadyExistsError(
          absl::StrCat(spec_.noun, " ", spec_.label(record), " exists already"));
    }
    return Change(key, nullptr, &record);
  }

  absl::Status Update(const Record& record) {
    const std::string key = spec_.key(record);
    FC_ASSIGN_OR_RETURN(const std::optional<Record> old, Find(key));
    if (!old) return NotFound(spec_.label(record));
    return Change(key, &*old, &record);
  }

  // Inserts or replaces.
  absl::Status Put(const Record& record) {
    const std::string key = spec_.key(record);
    FC_ASSIGN_OR_RETURN(const std::optional<Record> old, Find(key));
    return Change(key, old ? &*old : nullptr, &record);
  }

  // False: there was none.
  absl::StatusOr<bool> Erase(absl::string_view key) {
    FC_ASSIGN_OR_RETURN(const std::optional<Record> old, Find(key));
    if (!old) return false;
    FC_RETURN_IF_ERROR(Change(key, &*old, nullptr));
    return true;
  }

  // Keys of the records under one entry of an index, in their order.
  absl::StatusOr<std::vector<std::string>> KeysAt(uint8_t index, absl::string_view entry,
                                                  int limit = kNoLimit) {
    return storage_.KeysAt(index, IsGuarded(index), entry, limit);
  }

  // The records themselves.
  absl::StatusOr<std::vector<Record>> ListAt(uint8_t index, absl::string_view entry,
                                             int limit = kNoLimit) {
    FC_ASSIGN_OR_RETURN(const std::vector<std::string> keys, KeysAt(index, entry, limit));
    return FindAll(keys);
  }

  // The records of an index whose entries begin with a time before `before`, earliest first.
  absl::StatusOr<std::vector<Record>> ListBefore(uint8_t index, absl::Time before, int limit) {
    FC_ASSIGN_OR_RETURN(const std::vector<std::string> keys,
                        storage_.KeysIn(index, RangeBefore(index, before), limit));
    return FindAll(keys);
  }

  // Erases those records, at most `limit`; gives how many.
  absl::StatusOr<int> TrimBefore(uint8_t index, absl::Time before, int limit) {
    FC_ASSIGN_OR_RETURN(const std::vector<std::string> keys,
                        storage_.KeysIn(index, RangeBefore(index, before), limit));
    for (const std::string& key : keys) FC_RETURN_IF_ERROR(Erase(key).status());
    return static_cast<int>(keys.size());
  }

  absl::StatusOr<Page<Record>> List(const PageScan& scan, const PageRequest& page,
                                    absl::FunctionRef<bool(const Record&)> matches) {
    Page<Record> result;
    FC_ASSIGN_OR_RETURN(
        result.next,
        storage_.ScanPage(scan, page, [&](absl::string_view key) -> absl::StatusOr<bool> {
          FC_ASSIGN_OR_RETURN(std::optional<Record> record, Peek(key));
          if (!record) return MissingRecord();
          if (!matches(*record)) return false;
          result.items.push_back(*std::move(record));
          return true;
        }));
    return result;
  }

 private:
  absl::StatusOr<std::optional<Record>> Load(absl::string_view key, bool checked) {
    std::optional<Record> record(std::in_place);
    FC_ASSIGN_OR_RETURN(const bool found, storage_.Load(key, checked, &*record));
    if (!found) record.reset();
    return record;
  }

  absl::StatusOr<std::vector<Record>> FindAll(const std::vector<std::string>& keys) {
    std::vector<Record> records;
    for (const std::string& key : keys) {
      FC_ASSIGN_OR_RETURN(std::optional<Record> record, Find(key));
      if (!record) return MissingRecord();
      records.push_back(*std::move(record));
    }
    return records;
  }

  absl::Status Change(absl::string_view key, const Record* old, const Record* record) {
    FC_RETURN_IF_ERROR(storage_.Store(key, record, EntriesOf(old), EntriesOf(record)));
    Count(old, -1);
    Count(record, 1);
    return absl::OkStatus();
  }

  std::vector<IndexEntries> EntriesOf(const Record* record) const {
    std::vector<IndexEntries> all;
    if (record == nullptr) return all;
    for (const IndexSpec<Record>& index : spec_.indexes) {
      all.push_back(IndexEntries{index.id, index.guarded, index.entries(*record)});
    }
    return all;
  }

  void Count(const Record* record, int64_t delta) {
    if (record == nullptr || spec_.counters == nullptr) return;
    for (const std::string& counter : spec_.counters(*record)) kv().Add(counter, delta);
  }

  bool IsGuarded(uint8_t id) const {
    for (const IndexSpec<Record>& index : spec_.indexes) {
      if (index.id == id) return index.guarded;
    }
    return false;
  }

  KeyRange RangeBefore(uint8_t index, absl::Time before) const {
    return KeyRange{storage_.IndexPrefix(index, ""),
                    storage_.IndexPrefix(index, KeyWriter().Time(before).Take())};
  }

  absl::Status NotFound(absl::string_view label) const {
    return absl::NotFoundError(absl::StrCat(spec_.noun, " ", label, " does not exist"));
  }

  absl::Status MissingRecord() const {
    return absl::DataLossError(
        absl::StrCat("an index of the store names ", spec_.noun, " records that do not exist"));
  }

  TableStorage storage_;
  const TableSpec<Record>& spec_;
};

// The key of records that are known by their resource names.
inline std::string NameKey(absl::string_view name) { return KeyWriter().String(name).Take(); }

template <typename Record>
std::string NameKeyOf(const Record& record) {
  return NameKey(record.name());
}

template <typename Record>
std::string NameOf(const Record& record) {
  return record.name();
}

// An index entry of these parts.
template <typename... Parts>
std::string EntryOf(const Parts&... parts) {
  KeyWriter writer;
  (writer.String(parts), ...);
  return writer.Take();
}

// The scan over all names under a parent; an empty parent is above all.
inline PageScan NamesUnder(absl::string_view parent, ScanOrder order) {
  PageScan scan;
  scan.order = order;
  if (!parent.empty()) scan.prefix = KeyWriter().StringPrefix(absl::StrCat(parent, "/")).Take();
  return scan;
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_H_
