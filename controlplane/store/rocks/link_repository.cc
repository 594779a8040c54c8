#include "controlplane/store/rocks/link_repository.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/table.h"

namespace fluxcascade {
namespace {

using store::v1::Link;
using Entries = std::vector<std::string>;

// Numbers of indexes.
constexpr uint8_t kByTarget = 1;
constexpr uint8_t kByMatchValue = 2;

const TableSpec<Link>& LinkTable() {
  static const auto& spec = *new TableSpec<Link>{
      TableId::kLink,
      "link",
      [](const Link& link) { return EntryOf(link.mapping(), link.source_record_id()); },
      [](const Link& link) {
        return absl::StrCat("of record ", link.source_record_id(), " in ", link.mapping());
      },
      {{kByTarget, true,
        [](const Link& link) -> Entries {
          if (link.target_record_id().empty()) return {};
          return {EntryOf(link.mapping(), link.target_record_id())};
        }},
       {kByMatchValue, true, [](const Link& link) -> Entries {
          if (link.match_value().empty()) return {};
          return {EntryOf(link.mapping(), link.match_value())};
        }}}};
  return spec;
}

}  // namespace

RocksLinkRepository::RocksLinkRepository(KvTransaction& kv) : links_(kv, LinkTable()) {}

absl::StatusOr<std::optional<Link>> RocksLinkRepository::Find(absl::string_view mapping,
                                                              absl::string_view source_record_id) {
  return links_.Find(EntryOf(mapping, source_record_id));
}

absl::StatusOr<std::vector<Link>> RocksLinkRepository::ListByTarget(
    absl::string_view mapping, absl::string_view target_record_id) {
  return links_.ListAt(kByTarget, EntryOf(mapping, target_record_id));
}

absl::StatusOr<std::vector<Link>> RocksLinkRepository::ListByMatchValue(
    absl::string_view mapping, absl::string_view match_value) {
  return links_.ListAt(kByMatchValue, EntryOf(mapping, match_value));
}

absl::Status RocksLinkRepository::Put(const Link& link) { return links_.Put(link); }

absl::Status RocksLinkRepository::Delete(absl::string_view mapping,
                                         absl::string_view source_record_id) {
  FC_ASSIGN_OR_RETURN(const bool erased, links_.Erase(EntryOf(mapping, source_record_id)));
  if (erased) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat("link of record ", source_record_id, " in ", mapping, " does not exist"));
}

absl::StatusOr<int> RocksLinkRepository::DeleteByMapping(absl::string_view mapping, int limit) {
  FC_ASSIGN_OR_RETURN(const std::vector<std::string> keys,
                      links_.KeysAt(kPrimaryIndex, EntryOf(mapping), limit));
  for (const std::string& key : keys) FC_RETURN_IF_ERROR(links_.Erase(key).status());
  return static_cast<int>(keys.size());
}

}  // namespace fluxcascade
