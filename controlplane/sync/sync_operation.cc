#include "controlplane/sync/sync_operation.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json/json_text.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/connections/connection_state.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/mapping/apply.h"
#include "controlplane/mapping/check.h"
#include "controlplane/queue/schedule.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::Connection;
using store::v1::SyncLog;

// How often something that may end without our being told is looked at again.
constexpr absl::Duration kPausedRecheck = absl::Minutes(1);
// What a system that limits us without saying for how long is given.
constexpr absl::Duration kDefaultRateLimitWait = absl::Seconds(10);
// A record that was reported deleted but is still shown is looked at again this often before it is
// taken as restored.
constexpr int kDeletedButShownAttempts = 2;

}  // namespace

SyncOperation::SyncOperation(const SyncDependencies& dependencies, ClaimedDelivery claimed)
    : dependencies_(dependencies),
      claimed_(std::move(claimed)),
      start_(dependencies.clock.Now()),
      monotonic_start_(dependencies.clock.Monotonic()) {}

absl::Status SyncOperation::Run() { return Commit(Perform()); }

SyncOutcome SyncOperation::Perform() {
  if (Ended ended = Load()) return *ended;
  if (claimed_.delivery.inbound().action() == store::v1::ACTION_MERGE) {
    return SyncOutcome::Skipped("merge_not_handled: the references in the target were not updated");
  }
  if (Ended ended = OpenSide(Attempt::BLAME_SOURCE, source_)) return *ended;
  if (Ended ended = OpenSide(Attempt::BLAME_TARGET, target_)) return *ended;
  if (Ended ended = ReadSource()) return *ended;
  if (record_.archived) return RemoveTarget();
  wanted_ = ApplyMapping(mapping_, record_.fields);
  match_value_ = MatchValue(wanted_, mapping_.match_field());
  if (!link_.target_record_id().empty() && !link_.target_deleted()) {
    if (Ended ended = UpdateLinked()) return *ended;
  }
  return CreateTarget();
}

SyncOperation::Ended SyncOperation::Load() {
  const store::v1::InboundWork& work = claimed_.delivery.inbound();
  const absl::Status status = dependencies_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(mapping_, tx.mappings().Get(work.mapping()));
    FC_ASSIGN_OR_RETURN(source_.connection, tx.connections().Get(mapping_.source().connection()));
    FC_ASSIGN_OR_RETURN(target_.connection, tx.connections().Get(mapping_.target().connection()));
    FC_ASSIGN_OR_RETURN(const std::optional<store::v1::Link> link,
                        tx.links().Find(work.mapping(), work.record_id()));
    link_ = link.value_or(store::v1::Link());
    return absl::OkStatus();
  });
  if (absl::IsNotFound(status)) return SyncOutcome::Skipped(status.message());
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  link_.set_mapping(work.mapping());
  link_.set_source_record_id(work.record_id());
  if (Ended ended = Describe(mapping_.source(), source_)) return ended;
  return Describe(mapping_.target(), target_);
}

SyncOperation::Ended SyncOperation::Describe(const store::v1::Side& from, Side& side) {
  side.object_type = from.object_type();
  const absl::StatusOr<const Connector*> connector =
      dependencies_.connectors.Find(side.connection.system());
  if (!connector.ok()) {
    return SyncOutcome::Failed(connector.status().message(), Attempt::BLAME_CONFIGURATION, false);
  }
  side.connector = *connector;
  return std::nullopt;
}

SyncOperation::Ended SyncOperation::Unusable(const Connection& connection) const {
  const bool refused = connection.state() == Connection::STATE_AUTHORIZATION_FAILED;
  if (!connection.paused() && !refused) return std::nullopt;
  return SyncOutcome::Waiting(
      absl::StrCat(connection.name(), connection.paused() ? " is paused" : " is not authorized"),
      start_ + kPausedRecheck);
}

SyncOperation::Ended SyncOperation::OpenSide(Attempt::Blame blame, Side& side) {
  if (Ended ended = Unusable(side.connection)) return ended;
  // Where the wait is long, no call of the other side is spent on an attempt that would end here.
  const std::optional<RateLimitState> limit =
      dependencies_.clients.RateLimit(side.connection.name());
  if (limit && limit->blocked_until.value_or(start_) > start_ + kMaxTurnWait) {
    return SyncOutcome::Waiting(absl::StrCat("the rate limit of ", side.connection.name()),
                                *limit->blocked_until);
  }
  absl::StatusOr<std::unique_ptr<ApiClient>> api = dependencies_.clients.ForConnection(
      side.connection, start_ + kSyncAttemptTimeout, &recorder_);
  if (!api.ok()) {
    return SyncOutcome::Failed(api.status().message(), blame, IsTransient(api.status()));
  }
  side.api = *std::move(api);
  if (side.connection.state() == Connection::STATE_UNREACHABLE) return CheckAgain(side);
  return std::nullopt;
}

// Any other call that succeeds would show less: not whose account it is, which may never have been
// seen yet.
SyncOperation::Ended SyncOperation::CheckAgain(Side& side) {
  const absl::StatusOr<std::string> account = side.connector->CheckAccount(*side.api);
  if (!account.ok()) return FromError(account.status(), side);
  Connection now;
  const absl::Status status = dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(now, tx.connections().Get(side.connection.name()));
    const bool changed = now.revision() != side.connection.revision();
    if (changed || now.state() != Connection::STATE_UNREACHABLE) return absl::OkStatus();
    SetStateFrom(account, now);
    return tx.connections().Update(now);
  });
  if (!status.ok()) {
    return SyncOutcome::Failed(status.message(), Attempt::BLAME_FLUXCASCADE, true);
  }
  side.connection = std::move(now);
  return Unusable(side.connection);
}

SyncOperation::Ended SyncOperation::ReadSource() {
  const store::v1::InboundWork& work = claimed_.delivery.inbound();
  absl::StatusOr<std::vector<Record>> records = source_.connector->Read(
      *source_.api, source_.object_type, {work.record_id()}, SourceFields(mapping_));
  if (!records.ok()) return FromError(records.status(), source_);
  if (records->empty()) return SourceMissing();
  record_ = std::move(records->front());
  if (!record_.display_name.empty()) {
    claimed_.delivery.mutable_inbound()->set_record_display_name(record_.display_name);
  }
  // Events of a deletion and of a restore may arrive in either order, and a read may lag behind
  // either.
  if (work.source_deleted() && !record_.archived &&
      claimed_.delivery.attempt_count() <= kDeletedButShownAttempts) {
    return SyncOutcome::Failed("the source reported the record deleted but still shows it",
                               Attempt::BLAME_SOURCE, true);
  }
  return std::nullopt;
}

SyncOperation::Ended SyncOperation::SourceMissing() {
  if (claimed_.delivery.inbound().source_deleted()) {
    record_.archived = true;
    return std::nullopt;
  }
  // Not found alone may be a lost permission or a read that lags: nothing is deleted on its
  // account.
  if (is_last_attempt()) {
    return SyncOutcome::Skipped("source_missing: the source has no record of this id");
  }
  return SyncOutcome::Failed("the source has no record of this id", Attempt::BLAME_SOURCE, true);
}

SyncOperation::Ended SyncOperation::UpdateLinked() {
  absl::StatusOr<std::vector<Record>> records = target_.connector->Read(
      *target_.api, target_.object_type, {link_.target_record_id()}, TargetFields(mapping_));
  if (!records.ok()) return FromError(records.status(), target_);
  // Gone from the target by another hand: the source still has it, so it is made again.
  if (records->empty() || records->front().archived) {
    link_.clear_target_record_id();
    return std::nullopt;
  }
  return UpdateTarget(records->front());
}

SyncOutcome SyncOperation::UpdateTarget(const Record& current) {
  const FieldMap changes = Difference(
      wanted_, current.fields,
      [this](absl::string_view field, const nlohmann::json& wanted, const nlohmann::json& is) {
        return target_.connector->SameValue(target_.object_type, field, wanted, is);
      });
  link_.set_target_record_id(current.id);
  link_.set_target_version(current.version);
  link_.set_match_value(match_value_);
  link_.set_source_version(record_.version);
  link_.set_target_deleted(false);
  ForgetIntent();
  if (changes.empty()) return SyncOutcome::Done(SyncLog::RESULT_UNCHANGED);
  ShowPayload(changes);
  const absl::StatusOr<Record> updated =
      target_.connector->Update(*target_.api, target_.object_type, current.id, changes);
  if (!updated.ok()) return FromError(updated.status(), target_);
  link_.set_target_version(updated->version);
  link_.set_written_hash(WrittenHash(wanted_));
  return SyncOutcome::Done(SyncLog::RESULT_UPDATED, changes);
}

void SyncOperation::ShowPayload(const FieldMap& written) {
  claimed_.delivery.set_payload_preview(PayloadPreview(JsonText(nlohmann::json(written))));
}

SyncOutcome SyncOperation::FromError(const absl::Status& status, const Side& side) {
  const absl::Time now = dependencies_.clock.Now();
  const Attempt::Blame blame = &side == &source_ ? Attempt::BLAME_SOURCE : Attempt::BLAME_TARGET;
  if (absl::IsResourceExhausted(status)) {
    return SyncOutcome::Waiting(absl::StrCat("the rate limit of ", side.connection.name()),
                                now + RetryAfter(status).value_or(kDefaultRateLimitWait));
  }
  if (absl::IsUnauthenticated(status)) {
    return SyncOutcome::Waiting(
        absl::StrCat(side.connection.name(), " is not authorized: ", status.message()),
        now + kPausedRecheck);
  }
  SyncOutcome failed =
      SyncOutcome::Failed(status.message(), blame, IsTransient(status) || absl::IsNotFound(status));
  if (const std::optional<absl::Duration> wait = RetryAfter(status)) failed.until = now + *wait;
  return failed;
}

bool SyncOperation::is_last_attempt() const {
  return claimed_.delivery.attempt_count() >= MaxAttempts(store::v1::DIRECTION_INBOUND);
}

}  // namespace fluxcascade
