#include "controlplane/store/rocks/rejection_repository.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/table.h"

namespace fluxcascade {
namespace {

using store::v1::Rejection;
using Entries = std::vector<std::string>;

// Numbers of indexes.
constexpr uint8_t kByApp = 1;
constexpr uint8_t kRingCount = 0;
constexpr uint8_t kRingSlot = 1;

const TableSpec<Rejection>& RejectionTable() {
  static const auto& spec = *new TableSpec<Rejection>{
      TableId::kRejection,
      "rejection",
      NameKeyOf<Rejection>,
      NameOf<Rejection>,
      {{kByApp, false, [](const Rejection& r) -> Entries { return {EntryOf(r.app())}; }}}};
  return spec;
}

// Requests with unknown tokens belong to no app.
std::string RingOf(const Rejection& rejection) {
  return rejection.app().empty() ? EntryOf("edge node", rejection.edge_node())
                                 : EntryOf("app", rejection.app());
}

}  // namespace

RocksRejectionRepository::RocksRejectionRepository(KvTransaction& kv)
    : kv_(kv), rejections_(kv, RejectionTable()) {}

absl::StatusOr<uint64_t> RocksRejectionRepository::NextInRing(absl::string_view ring) {
  const std::string key = KeyIn(TableId::kRejectionRing, kRingCount).Raw(ring).Take();
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> stored, kv_.Get(key));
  uint64_t count = 0;
  if (stored && !KeyReader(*stored).Uint64(&count)) {
    return absl::DataLossError("a stored ring of rejections holds no number");
  }
  FC_RETURN_IF_ERROR(kv_.Put(key, KeyWriter().Uint64(count + 1).Take()));
  return count;
}

absl::Status RocksRejectionRepository::Insert(const Rejection& rejection) {
  FC_RETURN_IF_ERROR(rejections_.Insert(rejection));
  const std::string ring = RingOf(rejection);
  FC_ASSIGN_OR_RETURN(const uint64_t count, NextInRing(ring));
  const std::string slot =
      KeyIn(TableId::kRejectionRing, kRingSlot).Raw(ring).Uint64(count % kKeptPerApp).Take();
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> oldest, kv_.Get(slot));
  if (oldest) FC_RETURN_IF_ERROR(rejections_.Erase(NameKey(*oldest)).status());
  return kv_.Put(slot, rejection.name());
}

absl::StatusOr<Page<Rejection>> RocksRejectionRepository::List(absl::string_view parent,
                                                               absl::string_view app,
                                                               const PageRequest& page) {
  PageScan scan = NamesUnder(parent, ScanOrder::kBackward);
  if (!app.empty()) {
    scan.index = kByApp;
    scan.prefix = EntryOf(app);
  }
  return rejections_.List(scan, page, [&](const Rejection& rejection) {
    return (parent.empty() || ParentOf(rejection.name()) == parent) &&
           (app.empty() || rejection.app() == app);
  });
}

}  // namespace fluxcascade
