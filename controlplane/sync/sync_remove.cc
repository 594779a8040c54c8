// How an attempt removes the target's record of one that was deleted at the source.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/sync/sync_operation.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::SyncLog;

DeleteMode ToDeleteMode(store::v1::Mapping::DeletePolicy policy) {
  return policy == store::v1::Mapping::DELETE_POLICY_ARCHIVE ? DeleteMode::kArchive
                                                             : DeleteMode::kDelete;
}

}  // namespace

SyncOutcome SyncOperation::RemoveTarget() {
  if (mapping_.delete_policy() == store::v1::Mapping::DELETE_POLICY_KEEP) {
    return SyncOutcome::Skipped(
        "the mapping keeps the target's record when the source's is deleted");
  }
  if (Ended ended = SettleIntent()) return *ended;
  if (link_.target_record_id().empty()) {
    return SyncOutcome::Skipped("the deleted record has none in the target");
  }
  if (link_.target_deleted()) return SyncOutcome::Done(SyncLog::RESULT_UNCHANGED);
  // Others follow the link by its match value: none does between the look at who else has the
  // target record and its removal.
  if (!link_.match_value().empty()) {
    if (Ended ended = HoldMatchLane(link_.match_value())) return *ended;
  }
  if (Ended ended = LeaveToOthers()) return *ended;
  const DeleteMode mode = ToDeleteMode(mapping_.delete_policy());
  const absl::Status removed =
      target_.connector->Remove(*target_.api, target_.object_type, link_.target_record_id(), mode);
  if (!removed.ok()) return FromError(removed, target_);
  link_.set_target_deleted(true);
  link_changed_ = true;
  return SyncOutcome::Done(mode == DeleteMode::kArchive ? SyncLog::RESULT_ARCHIVED
                                                        : SyncLog::RESULT_DELETED);
}

// Several source records may have become one target record: it goes with the last of them. One
// transaction looks and unlinks, so that of two deleted at the same time one finds itself the last.
SyncOperation::Ended SyncOperation::LeaveToOthers() {
  store::v1::Link unlinked = link_;
  unlinked.clear_target_record_id();
  unlinked.clear_target_version();
  unlinked.clear_match_value();
  unlinked.clear_written_hash();
  *unlinked.mutable_update_time() = ToProto(dependencies_.clock.Now());
  std::string other;
  const absl::Status status = dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    other.clear();
    FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Link> links,
                        tx.links().ListByTarget(mapping_.name(), link_.target_record_id()));
    for (const store::v1::Link& link : links) {
      const bool own = link.source_record_id() == link_.source_record_id();
      if (!own && !link.target_deleted()) other = link.source_record_id();
    }
    return other.empty() ? absl::OkStatus() : tx.links().Put(unlinked);
  });
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  if (other.empty()) return std::nullopt;
  const std::string reason =
      absl::StrCat("unlinked: record ", link_.target_record_id(),
                   " of the target stays, since record ", other, " of the source has it too");
  link_ = std::move(unlinked);
  return SyncOutcome::Skipped(reason);
}

}  // namespace fluxcascade
