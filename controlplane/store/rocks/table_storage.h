// The part of a table that does not depend on the type of its records.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_STORAGE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_STORAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "google/protobuf/message_lite.h"

namespace fluxcascade {

// A page has no more records than this, whatever was asked for.
inline constexpr int kMaxPageSize = 1000;
// So many records are looked at for one page; when few of them pass the filter the page is short.
inline constexpr int kMaxExaminedForPage = 5000;

// Which keys to page through: of the index, those that begin with `prefix`.
struct PageScan {
  uint8_t index = kPrimaryIndex;
  std::string prefix;
  ScanOrder order = ScanOrder::kBackward;
};

// The entries of one record in one index.
struct IndexEntries {
  uint8_t index;
  bool guarded;
  std::vector<std::string> entries;
};

class TableStorage {
 public:
  TableStorage(KvTransaction& kv, TableId table) : kv_(kv), table_(table) {}

  KvTransaction& kv() { return kv_; }

  std::string PrimaryKey(absl::string_view key) const;
  std::string IndexPrefix(uint8_t index, absl::string_view entry) const;

  // False: there is no such record. kDataLoss when it cannot be parsed.
  absl::StatusOr<bool> Load(absl::string_view key, bool checked,
                            google::protobuf::MessageLite* record);

  // Writes or, with a null `record`, deletes; and takes the index from `before` to `after`.
  absl::Status Store(absl::string_view key, const google::protobuf::MessageLite* record,
                     const std::vector<IndexEntries>& before,
                     const std::vector<IndexEntries>& after);

  // Keys of the records under this entry, at most `limit`, in their order. Watches the entry's
  // guard when there is one.
  absl::StatusOr<std::vector<std::string>> KeysAt(uint8_t index, bool guarded,
                                                  absl::string_view entry, int limit);
  // Keys of the records in a range of an index, at most `limit`.
  absl::StatusOr<std::vector<std::string>> KeysIn(uint8_t index, const KeyRange& range, int limit);

  // Gives `visit` the keys of one page's records, in order, until it has taken as many as the page
  // holds; `visit` says whether it took one. Gives the token of the next page. kInvalidArgument:
  // `page.after` is not of this scan.
  absl::StatusOr<std::string> ScanPage(
      const PageScan& scan, const PageRequest& page,
      absl::FunctionRef<absl::StatusOr<bool>(absl::string_view key)> visit);

 private:
  absl::Status ChangeIndex(absl::string_view key, const std::vector<IndexEntries>& changed,
                           const std::vector<IndexEntries>& kept, bool add);

  KvTransaction& kv_;
  const TableId table_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_TABLE_STORAGE_H_
