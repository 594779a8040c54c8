// How an attempt creates the target's record, once, whatever is lost on the way.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json/json_text.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/mapping/apply.h"
#include "controlplane/mapping/check.h"
#include "controlplane/sync/sync_operation.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::SyncLog;

// Field and value by which what an intended create made is found: as they were sent, since a system
// may tell capitals apart, and the mapping may match by another field by now. Intents that were
// written before these were kept have only the canonical value.
std::pair<std::string, nlohmann::json> IntendedMatch(const store::v1::Link& link,
                                                     const store::v1::Mapping& mapping) {
  absl::StatusOr<nlohmann::json> value = ParseJson(link.create_match_value());
  if (link.create_match_field().empty() || !value.ok()) {
    return {mapping.match_field(), link.match_value()};
  }
  return {link.create_match_field(), *std::move(value)};
}

SyncOutcome AwaitSearch(absl::Time known_at) {
  return SyncOutcome::Waiting(
      "an earlier attempt may have created the record; waits until the target's search would show "
      "it",
      known_at);
}

}  // namespace

SyncOutcome SyncOperation::CreateTarget() {
  if (!match_value_.empty()) {
    if (Ended ended = HoldMatchLane(match_value_)) return *ended;
    if (Ended ended = FollowMatchingLink()) return *ended;
  }
  if (Ended ended = SettleIntent()) return *ended;
  if (!link_.target_record_id().empty() && !link_.target_deleted()) {
    if (Ended ended = UpdateLinked()) return *ended;
  }
  if (Ended ended = FindMatch()) return *ended;
  if (Ended ended = RememberIntent()) return *ended;
  return Create();
}

// Two source records with the same match value must not both create: the second waits, and finds
// what the first made. Nor must one be linked to what the deletion of another takes away.
SyncOperation::Ended SyncOperation::HoldMatchLane(absl::string_view match_value) {
  bool held = false;
  const absl::Status status = dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(held, HoldLane(tx, claimed_, MatchLane(mapping_.name(), match_value),
                                       dependencies_.clock.Now()));
    return absl::OkStatus();
  });
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  if (!held) return SyncOutcome::GivenBack();
  return std::nullopt;
}

// What we made ourselves for the same match value is known here long before the target's search
// knows it. What we may have made for another record is not: that one gave up without having heard.
SyncOperation::Ended SyncOperation::FollowMatchingLink() {
  std::string target_id;
  absl::Time known_at = absl::InfinitePast();
  const absl::Status status = dependencies_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Link> links,
                        tx.links().ListByMatchValue(mapping_.name(), match_value_));
    for (const store::v1::Link& link : links) {
      if (!link.target_record_id().empty() && !link.target_deleted()) {
        target_id = link.target_record_id();
      }
      const bool own = link.source_record_id() == link_.source_record_id();
      if (!own && link.has_create_intent_time()) known_at = std::max(known_at, KnownAt(link));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  if (target_id.empty() && dependencies_.clock.Now() < known_at) return AwaitSearch(known_at);
  if (target_id.empty() || target_id == link_.target_record_id()) return std::nullopt;
  link_.set_target_record_id(target_id);
  return UpdateLinked();
}

// A create was sent, or was about to be, and we did not live to hear the answer: look for what it
// may have made, once the target's search can be expected to know it.
SyncOperation::Ended SyncOperation::SettleIntent() {
  if (!link_.has_create_intent_time()) return std::nullopt;
  if (link_.match_value().empty()) {
    // Nothing to look for it by. By hand it may be tried again: the intent goes with this failure.
    ForgetIntent();
    return SyncOutcome::Failed(
        "an earlier attempt may have created the record, and there is no match value to look for "
        "it by: check the target, then retry by hand",
        Attempt::BLAME_TARGET, false);
  }
  const absl::Time known_at = KnownAt(link_);
  if (dependencies_.clock.Now() < known_at) return AwaitSearch(known_at);
  const auto [field, value] = IntendedMatch(link_, mapping_);
  absl::StatusOr<std::vector<Record>> found = target_.connector->Find(
      *target_.api, target_.object_type, field, value, TargetFields(mapping_));
  if (!found.ok()) return FromError(found.status(), target_);
  ForgetIntent();
  if (!found->empty()) {
    link_.set_target_record_id(found->front().id);
    link_.set_target_deleted(false);
  }
  return std::nullopt;
}

SyncOperation::Ended SyncOperation::FindMatch() {
  if (match_value_.empty()) return std::nullopt;
  absl::StatusOr<std::vector<Record>> found =
      target_.connector->Find(*target_.api, target_.object_type, mapping_.match_field(),
                              wanted_[mapping_.match_field()], TargetFields(mapping_));
  if (!found.ok()) return FromError(found.status(), target_);
  if (found->empty()) return std::nullopt;
  return UpdateTarget(found->front());
}

// Should we not live to tell when the create ended, it may have landed until the attempt's time was
// up: waits for its turn and for a fresh token are still to come.
SyncOperation::Ended SyncOperation::RememberIntent() {
  link_.clear_target_record_id();
  link_.set_target_deleted(false);
  link_.set_match_value(match_value_);
  *link_.mutable_create_intent_time() = ToProto(start_ + kSyncAttemptTimeout);
  if (!match_value_.empty()) {
    link_.set_create_match_field(mapping_.match_field());
    link_.set_create_match_value(JsonText(wanted_[mapping_.match_field()]));
  }
  *link_.mutable_update_time() = ToProto(dependencies_.clock.Now());
  const absl::Status status =
      dependencies_.store.Run([&](Transaction& tx) { return tx.links().Put(link_); });
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  return std::nullopt;
}

SyncOutcome SyncOperation::Create() {
  ShowPayload(wanted_);
  const absl::StatusOr<Record> created =
      target_.connector->Create(*target_.api, target_.object_type, wanted_);
  if (!created.ok()) {
    const bool nothing_was_made =
        !IsTransient(created.status()) || absl::IsResourceExhausted(created.status());
    if (nothing_was_made) {
      ForgetIntent();
    } else {
      *link_.mutable_create_intent_time() = ToProto(dependencies_.clock.Now());
      link_changed_ = true;
    }
    if (const std::optional<std::string> existing = ExistingId(created.status())) {
      link_.set_target_record_id(*existing);
      if (Ended ended = UpdateLinked()) return *ended;
    }
    return FromError(created.status(), target_);
  }
  link_.set_target_record_id(created->id);
  link_.set_target_version(created->version);
  link_.set_source_version(record_.version);
  link_.set_written_hash(WrittenHash(wanted_));
  ForgetIntent();
  return SyncOutcome::Done(SyncLog::RESULT_CREATED, wanted_);
}

absl::Time SyncOperation::KnownAt(const store::v1::Link& intent) const {
  return FromProto(intent.create_intent_time()) + target_.connector->info().search_lag;
}

void SyncOperation::ForgetIntent() {
  link_.clear_create_intent_time();
  link_.clear_create_match_field();
  link_.clear_create_match_value();
  link_changed_ = true;
}

}  // namespace fluxcascade
