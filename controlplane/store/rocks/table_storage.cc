#include "controlplane/store/rocks/table_storage.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/key_codec.h"

namespace fluxcascade {
namespace {

bool Holds(const std::vector<IndexEntries>& all, uint8_t index, const std::string& entry) {
  for (const IndexEntries& one : all) {
    if (one.index != index) continue;
    return std::find(one.entries.begin(), one.entries.end(), entry) != one.entries.end();
  }
  return false;
}

// What is left of the range after the page before.
absl::StatusOr<KeyRange> RemainingRange(const std::string& prefix, ScanOrder order,
                                        const std::string& after) {
  KeyRange range = RangeOf(prefix);
  if (after.empty()) return range;
  std::string last;
  if (!absl::WebSafeBase64Unescape(after, &last) || !absl::StartsWith(last, prefix)) {
    return absl::InvalidArgumentError(
        "page_token: does not belong to this list; take next_page_token of the page before");
  }
  if (order == ScanOrder::kForward) {
    range.lower = last + '\0';
  } else {
    range.upper = last;
  }
  return range;
}

int SizeOf(const PageRequest& page) {
  return page.size <= 0 ? PageRequest().size : std::min(page.size, kMaxPageSize);
}

}  // namespace

std::string TableStorage::PrimaryKey(absl::string_view key) const {
  return KeyIn(table_).Raw(key).Take();
}

std::string TableStorage::IndexPrefix(uint8_t index, absl::string_view entry) const {
  return KeyIn(table_, index).Raw(entry).Take();
}

absl::StatusOr<bool> TableStorage::Load(absl::string_view key, bool checked,
                                        google::protobuf::MessageLite* record) {
  const std::string full_key = PrimaryKey(key);
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                      checked ? kv_.Get(full_key) : kv_.Peek(full_key));
  if (!value) return false;
  if (!record->ParseFromString(*value)) {
    return absl::DataLossError(absl::StrCat("a stored ", record->GetTypeName(),
                                            " cannot be parsed: key ", absl::CHexEscape(key)));
  }
  return true;
}

absl::Status TableStorage::Store(absl::string_view key, const google::protobuf::MessageLite* record,
                                 const std::vector<IndexEntries>& before,
                                 const std::vector<IndexEntries>& after) {
  FC_RETURN_IF_ERROR(record == nullptr ? kv_.Delete(PrimaryKey(key))
                                       : kv_.Put(PrimaryKey(key), record->SerializeAsString()));
  FC_RETURN_IF_ERROR(ChangeIndex(key, before, after, /*add=*/false));
  return ChangeIndex(key, after, before, /*add=*/true);
}

// Removes (or adds) the entries of `changed` that are not in `kept` as well.
absl::Status TableStorage::ChangeIndex(absl::string_view key,
                                       const std::vector<IndexEntries>& changed,
                                       const std::vector<IndexEntries>& kept, bool add) {
  for (const IndexEntries& index : changed) {
    for (const std::string& entry : index.entries) {
      if (Holds(kept, index.index, entry)) continue;
      const std::string prefix = IndexPrefix(index.index, entry);
      const std::string full_key = absl::StrCat(prefix, key);
      FC_RETURN_IF_ERROR(add ? kv_.PutUnchecked(full_key, key) : kv_.DeleteUnchecked(full_key));
      if (index.guarded) FC_RETURN_IF_ERROR(kv_.TouchGuard(prefix));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> TableStorage::KeysAt(uint8_t index, bool guarded,
                                                              absl::string_view entry, int limit) {
  const std::string prefix = IndexPrefix(index, entry);
  if (guarded) FC_RETURN_IF_ERROR(kv_.WatchGuard(prefix));
  return KeysIn(index, RangeOf(prefix), limit);
}

absl::StatusOr<std::vector<std::string>> TableStorage::KeysIn(uint8_t index, const KeyRange& range,
                                                              int limit) {
  const size_t header = IndexPrefix(index, "").size();
  std::vector<std::string> keys;
  if (limit <= 0) return keys;
  FC_RETURN_IF_ERROR(
      kv_.Scan(range, ScanOrder::kForward, [&](absl::string_view key, absl::string_view value) {
        keys.emplace_back(index == kPrimaryIndex ? key.substr(header) : value);
        return keys.size() < static_cast<size_t>(limit);
      }));
  return keys;
}

absl::StatusOr<std::string> TableStorage::ScanPage(
    const PageScan& scan, const PageRequest& page,
    absl::FunctionRef<absl::StatusOr<bool>(absl::string_view key)> visit) {
  const std::string prefix = IndexPrefix(scan.index, scan.prefix);
  const size_t header = IndexPrefix(scan.index, "").size();
  FC_ASSIGN_OR_RETURN(const KeyRange range, RemainingRange(prefix, scan.order, page.after));
  int wanted = SizeOf(page);
  int examined = 0;
  bool more = false;
  std::string last;
  absl::Status failure;
  FC_RETURN_IF_ERROR(
      kv_.Scan(range, scan.order, [&](absl::string_view key, absl::string_view value) {
        if (wanted == 0 || examined == kMaxExaminedForPage) {
          more = true;
          return false;
        }
        const absl::StatusOr<bool> taken =
            visit(scan.index == kPrimaryIndex ? key.substr(header) : value);
        if (!taken.ok()) {
          failure = taken.status();
          return false;
        }
        wanted -= *taken ? 1 : 0;
        ++examined;
        last = std::string(key);
        return true;
      }));
  FC_RETURN_IF_ERROR(failure);
  return more ? absl::WebSafeBase64Escape(last) : std::string();
}

}  // namespace fluxcascade
