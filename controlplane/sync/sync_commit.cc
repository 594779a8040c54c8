// How an attempt's end is written down: the delivery, its attempt, the link, the sync log and the
// messages, in one transaction.
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/dispatch/publish.h"
#include "controlplane/model/action.h"
#include "controlplane/model/reason.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/sync/sync_operation.h"

namespace fluxcascade {
namespace {

std::string ResultWord(store::v1::SyncLog::Result result) {
  constexpr absl::string_view kPrefix = "RESULT_";
  absl::string_view name = store::v1::SyncLog::Result_Name(result);
  name.remove_prefix(kPrefix.size());
  return absl::AsciiStrToLower(name);
}

nlohmann::json MessageData(const store::v1::SyncLog& log) {
  nlohmann::json data = {{"mapping", log.mapping()},
                         {"delivery", log.delivery()},
                         {"event", log.event()},
                         {"record", log.record()},
                         {"source_record_id", log.source_record_id()},
                         {"target_record_id", log.target_record_id()},
                         {"result", ResultWord(log.result())},
                         {"fields_changed", std::vector<std::string>(log.fields_changed().begin(),
                                                                     log.fields_changed().end())}};
  if (!log.error().empty()) data["error"] = log.error();
  return data;
}

}  // namespace

absl::Status SyncOperation::Commit(const SyncOutcome& outcome) {
  if (outcome.kind == SyncOutcome::Kind::kGivenBack) return absl::OkStatus();
  claimed_.delivery.mutable_inbound()->set_target_record_id(link_.target_record_id());
  const absl::Time now = dependencies_.clock.Now();
  return dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    if (link_changed_) {
      store::v1::Link link = link_;
      *link.mutable_update_time() = ToProto(now);
      FC_RETURN_IF_ERROR(tx.links().Put(link));
    }
    return CommitEnd(tx, outcome, now);
  });
}

absl::Status SyncOperation::CommitEnd(Transaction& tx, const SyncOutcome& outcome, absl::Time now) {
  const store::v1::Attempt attempt = MakeAttempt(outcome);
  switch (outcome.kind) {
    case SyncOutcome::Kind::kDone:
      FC_RETURN_IF_ERROR(Succeed(tx, claimed_, attempt, now));
      return WriteLog(tx, outcome, now);
    case SyncOutcome::Kind::kSkipped:
      FC_RETURN_IF_ERROR(Skip(tx, claimed_, outcome.message, attempt, now));
      return WriteLog(tx, outcome, now);
    case SyncOutcome::Kind::kFailed: {
      FC_ASSIGN_OR_RETURN(const bool ended,
                          Fail(tx, claimed_, attempt, outcome.retry_can_help, now, outcome.until));
      return ended ? WriteLog(tx, outcome, now) : absl::OkStatus();
    }
    case SyncOutcome::Kind::kWaiting:
      return Wait(tx, claimed_, outcome.message, outcome.until, now);
    case SyncOutcome::Kind::kGivenBack:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status SyncOperation::WriteLog(Transaction& tx, const SyncOutcome& outcome, absl::Time now) {
  const store::v1::InboundWork& work = claimed_.delivery.inbound();
  const absl::string_view workspace = WorkspaceOf(claimed_.delivery.name());
  store::v1::SyncLog log;
  log.set_name(JoinName(workspace, "syncLogs", NewSortableId(now, dependencies_.random)));
  *log.mutable_time() = ToProto(now);
  log.set_trigger(store::v1::SyncLog::TRIGGER_WEBHOOK);
  log.set_event(EventType(work.object_type(), work.action()));
  log.set_record(work.record_display_name().empty() ? work.record_id()
                                                    : work.record_display_name());
  if (source_.connector != nullptr) log.set_source(source_.connector->info().title);
  if (target_.connector != nullptr) log.set_target(target_.connector->info().title);
  log.set_mapping(work.mapping());
  log.set_delivery(claimed_.delivery.name());
  log.set_source_record_id(work.record_id());
  log.set_target_record_id(work.target_record_id());
  for (const std::string& field : outcome.fields_changed) log.add_fields_changed(field);
  log.set_result(outcome.result);
  log.set_error(ReasonText(outcome.message));
  *log.mutable_duration() = ToProto(dependencies_.clock.Monotonic() - monotonic_start_);
  FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));
  if (outcome.kind == SyncOutcome::Kind::kSkipped) return absl::OkStatus();
  Publisher publisher(tx, now, dependencies_.random);
  return publisher.Publish(workspace,
                           outcome.kind == SyncOutcome::Kind::kDone ? kSyncSucceeded : kSyncFailed,
                           MessageData(log));
}

store::v1::Attempt SyncOperation::MakeAttempt(const SyncOutcome& outcome) const {
  store::v1::Attempt attempt;
  attempt.set_number(claimed_.delivery.total_attempts());
  *attempt.mutable_start_time() = ToProto(start_);
  *attempt.mutable_duration() = ToProto(dependencies_.clock.Monotonic() - monotonic_start_);
  attempt.set_succeeded(outcome.kind != SyncOutcome::Kind::kFailed);
  if (outcome.kind == SyncOutcome::Kind::kFailed) {
    attempt.set_error(outcome.message);
    attempt.set_blame(outcome.blame);
  }
  recorder_.FillAttempt(attempt);
  return attempt;
}

}  // namespace fluxcascade
