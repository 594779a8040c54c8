#include "controlplane/store/rocks/store_dump.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "common/rocks/rocks_status.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/rocks_database.h"
#include "rocksdb/iterator.h"
#include "rocksdb/utilities/optimistic_transaction_db.h"

namespace fluxcascade {
namespace {

absl::string_view ToView(const rocksdb::Slice& bytes) {
  return absl::string_view(bytes.data(), bytes.size());
}

}  // namespace

absl::StatusOr<std::string> DumpStore(const std::string& path, rocksdb::Env* env) {
  FC_ASSIGN_OR_RETURN(const auto db, OpenRocksDatabase(path, env));
  std::string dump;
  const std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(rocksdb::ReadOptions()));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    absl::StrAppend(&dump, absl::CHexEscape(ToView(it->key())), "\t",
                    absl::CHexEscape(ToView(it->value())), "\n");
  }
  FC_RETURN_IF_ERROR(FromRocks(it->status(), "reading the store"));
  return dump;
}

absl::Status LoadStoreDump(absl::string_view dump, const std::string& path, rocksdb::Env* env) {
  FC_ASSIGN_OR_RETURN(const auto db, OpenRocksDatabase(path, env));
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(dump, '\n', absl::SkipEmpty())) {
    ++number;
    const std::vector<absl::string_view> parts = absl::StrSplit(line, '\t');
    std::string key;
    std::string value;
    if (parts.size() != 2 || !absl::CUnescape(parts[0], &key) ||
        !absl::CUnescape(parts[1], &value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " of the dump is no key and value"));
    }
    FC_RETURN_IF_ERROR(
        FromRocks(db->Put(rocksdb::WriteOptions(), key, value), "writing to the store"));
  }
  return absl::OkStatus();
}

}  // namespace fluxcascade
