#include "controlplane/subscriptions/reconcile_operation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/id/id.h"
#include "common/logging/logging.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/model/reason.h"
#include "controlplane/model/resource_name.h"

namespace fluxcascade {
namespace {

using store::v1::Subscription;

// For all calls of one reconcile together.
constexpr absl::Duration kReconcileTimeout = absl::Minutes(2);

absl::StatusOr<std::vector<store::v1::Mapping>> MappingsOfApp(Transaction& tx,
                                                              absl::string_view app) {
  std::vector<store::v1::Mapping> all;
  FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Connection> connections,
                      tx.connections().ListByApp(app));
  for (const store::v1::Connection& connection : connections) {
    FC_ASSIGN_OR_RETURN(std::vector<store::v1::Mapping> mappings,
                        tx.mappings().ListBySource(connection.name()));
    std::move(mappings.begin(), mappings.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

absl::Status ShowNextAttempt(Transaction& tx, const store::v1::App& app) {
  FC_ASSIGN_OR_RETURN(std::vector<Subscription> rows, tx.subscriptions().ListByApp(app.name()));
  for (Subscription& row : rows) {
    const bool settled = row.state() == Subscription::STATE_ACTIVE && row.failed_attempts() == 0;
    if (settled) continue;
    *row.mutable_next_attempt_time() = app.reconcile_time();
    FC_RETURN_IF_ERROR(tx.subscriptions().Update(row));
  }
  return absl::OkStatus();
}

absl::Status ReconcileOperation::Run() {
  FC_RETURN_IF_ERROR(LoadAndPlan());
  FC_RETURN_IF_ERROR(CheckEdges());
  if (!edges_.ok() && unwanted_.empty()) return FinishWaiting();
  if (wanted_.empty() && unwanted_.empty()) return Finish(absl::OkStatus());
  const absl::Status opened = OpenSystem();
  // What is taken away needs neither edges nor a target URL: nothing that is wanted holds it up.
  FC_RETURN_IF_ERROR(Unregister(opened));
  if (edges_.ok()) FC_RETURN_IF_ERROR(Register(opened));
  if (stopping_) return absl::OkStatus();
  if (!edges_.ok() && first_failure_.ok()) return FinishWaiting();
  return Finish(first_failure_);
}

absl::Status ReconcileOperation::LoadAndPlan() {
  const absl::Time now = dependencies_.clock.Now();
  return dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(app_, tx.apps().Get(app_name_));
    FC_ASSIGN_OR_RETURN(connector_, dependencies_.connectors.Find(app_.system()));
    FC_ASSIGN_OR_RETURN(const std::vector<store::v1::Mapping> mappings,
                        MappingsOfApp(tx, app_name_));
    FC_ASSIGN_OR_RETURN(std::vector<Subscription> rows, tx.subscriptions().ListByApp(app_name_));
    const DesiredSubscriptions desired = Desired(*connector_, mappings);
    if (!desired.empty() || !rows.empty()) {
      FC_ASSIGN_OR_RETURN(group_, tx.edge_groups().Get(app_.edge_group()));
      hook_url_ = HookUrl(group_, app_);
    }
    RowChanges changes = PlanRows(desired, rows);
    for (Subscription& row : changes.update) {
      *row.mutable_update_time() = ToProto(now);
      FC_RETURN_IF_ERROR(tx.subscriptions().Update(row));
    }
    for (Subscription& row : changes.insert) {
      row.set_name(JoinName(app_name_, "subscriptions", NewSortableId(now, dependencies_.random)));
      row.set_app(app_name_);
      row.set_target_url(hook_url_);
      *row.mutable_create_time() = *row.mutable_update_time() = ToProto(now);
      FC_RETURN_IF_ERROR(tx.subscriptions().Insert(row));
    }
    FC_ASSIGN_OR_RETURN(rows, tx.subscriptions().ListByApp(app_name_));
    const auto unwanted = std::stable_partition(
        rows.begin(), rows.end(),
        [](const Subscription& row) { return row.state() != Subscription::STATE_REMOVING; });
    wanted_.assign(rows.begin(), unwanted);
    unwanted_.assign(unwanted, rows.end());
    return absl::OkStatus();
  });
}

absl::Status ReconcileOperation::CheckEdges() {
  if (wanted_.empty()) return absl::OkStatus();
  const absl::Time now = dependencies_.clock.Now();
  FC_RETURN_IF_ERROR(dependencies_.store.Read([&](Transaction& tx) -> absl::Status {
    edges_ = CheckEdgesReady(tx, app_.edge_group(), now);
    return absl::OkStatus();
  }));
  if (edges_.ok()) return absl::OkStatus();
  for (Subscription& row : wanted_) {
    if (row.state() != Subscription::STATE_PENDING || row.state_reason() == edges_.message()) {
      continue;
    }
    row.set_state_reason(std::string(edges_.message()));
    FC_RETURN_IF_ERROR(StoreRows({row}));
  }
  return absl::OkStatus();
}

absl::Status ReconcileOperation::OpenSystem() {
  FC_ASSIGN_OR_RETURN(identity_, dependencies_.clients.Identity(app_));
  FC_ASSIGN_OR_RETURN(api_, dependencies_.clients.ForApp(
                                app_, dependencies_.clock.Now() + kReconcileTimeout, nullptr));
  absl::StatusOr<Registration> actual = connector_->GetRegistration(*api_, identity_);
  app_is_gone_ = absl::IsNotFound(actual.status());
  FC_ASSIGN_OR_RETURN(actual_, std::move(actual));
  target_url_ = CompareTargetUrl(actual_.target_url, hook_url_);
  return absl::OkStatus();
}

absl::Status ReconcileOperation::Unregister(const absl::Status& opened) {
  // An app that the system has no more took its subscriptions with it.
  return opened.ok() || app_is_gone_ ? ApplySteps(unwanted_) : MarkRows(opened, unwanted_);
}

absl::Status ReconcileOperation::Register(const absl::Status& opened) {
  if (stopping_ || wanted_.empty()) return absl::OkStatus();
  const absl::Status ready = opened.ok() ? EnsureTargetUrl() : opened;
  return ready.ok() ? ApplySteps(wanted_) : MarkRows(ready, wanted_);
}

absl::Status ReconcileOperation::EnsureTargetUrl() {
  switch (target_url_) {
    case TargetUrlState::kOurs:
      return absl::OkStatus();
    case TargetUrlState::kFormerlyOurs:
    case TargetUrlState::kUnset:
      return connector_->SetTargetUrl(*api_, identity_, hook_url_);
    case TargetUrlState::kForeign:
      return absl::FailedPreconditionError(absl::StrCat(
          "the app's target URL at ", connector_->info().title, " is ", actual_.target_url,
          ", ours is ", hook_url_,
          ": another receiver is never overwritten; clear it there, or use an app of its own"));
  }
  return absl::OkStatus();
}

absl::Status ReconcileOperation::ApplySteps(std::vector<Subscription>& rows) {
  for (Subscription& row : rows) {
    if (stopping_) return absl::OkStatus();
    const absl::Status done = ApplyStep(row);
    if (done.ok()) continue;
    first_failure_.Update(done);
    row.set_failed_attempts(row.failed_attempts() + 1);
    row.set_state_reason(ReasonText(done.message()));
    if (row.state() != Subscription::STATE_REMOVING) row.set_state(Subscription::STATE_FAILED);
    FC_RETURN_IF_ERROR(StoreRows({row}));
  }
  return absl::OkStatus();
}

absl::Status ReconcileOperation::ApplyStep(Subscription& row) {
  const SubscriptionStep step = PlanStep(row, actual_, target_url_);
  std::string external_id = step.external_id;
  switch (step.kind) {
    case SubscriptionStep::Kind::kDelete:
      FC_RETURN_IF_ERROR(connector_->DeleteSubscription(*api_, identity_, step.external_id));
      [[fallthrough]];
    case SubscriptionStep::Kind::kForget:
      return dependencies_.store.Run(
          [&](Transaction& tx) { return tx.subscriptions().Delete(row.name()); });
    case SubscriptionStep::Kind::kCreate: {
      FC_ASSIGN_OR_RETURN(external_id,
                          connector_->CreateSubscription(*api_, identity_, SpecOf(row)));
      break;
    }
    case SubscriptionStep::Kind::kActivate:
      FC_RETURN_IF_ERROR(connector_->ActivateSubscription(*api_, identity_, step.external_id));
      break;
    case SubscriptionStep::Kind::kNone:
      // An active row that still tells of an outage is stored anew, without it.
      if (row.state() == Subscription::STATE_ACTIVE && row.external_id() == external_id &&
          row.failed_attempts() == 0) {
        return absl::OkStatus();
      }
      break;
  }
  row.set_state(Subscription::STATE_ACTIVE);
  row.clear_state_reason();
  row.set_failed_attempts(0);
  row.clear_next_attempt_time();
  row.set_external_id(external_id);
  row.set_target_url(hook_url_);
  return StoreRows({row});
}

absl::Status ReconcileOperation::MarkRows(const absl::Status& why,
                                          std::vector<Subscription>& rows) {
  if (rows.empty()) return absl::OkStatus();
  first_failure_.Update(why);
  Log(LogLevel::kWarning, "subscriptions not reconciled", {{"app", app_name_}, {"error", why}});
  for (Subscription& row : rows) {
    row.set_failed_attempts(row.failed_attempts() + 1);
    row.set_state_reason(ReasonText(why.message()));
    // With a foreign target URL, or without the app, nothing arrives. A system that cannot be
    // asked just now, be it for want of a secret, still sends what it sent.
    const bool still_works = row.state() == Subscription::STATE_ACTIVE && !app_is_gone_ &&
                             target_url_ != TargetUrlState::kForeign;
    if (row.state() != Subscription::STATE_REMOVING && !still_works) {
      row.set_state(Subscription::STATE_FAILED);
    }
  }
  return StoreRows(rows);
}

absl::Status ReconcileOperation::StoreRows(const std::vector<Subscription>& rows) {
  const absl::Time now = dependencies_.clock.Now();
  return dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    for (Subscription row : rows) {
      *row.mutable_update_time() = ToProto(now);
      FC_RETURN_IF_ERROR(tx.subscriptions().Update(row));
    }
    return absl::OkStatus();
  });
}

absl::Status ReconcileOperation::FinishWaiting() {
  waits_for_edges_ = true;
  return Finish(edges_);
}

absl::Status ReconcileOperation::Finish(const absl::Status& outcome) {
  const absl::Time now = dependencies_.clock.Now();
  return dependencies_.store.Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::App app, tx.apps().Get(app_name_));
    // Marked again while we were at work: it stays due.
    if (app.reconcile_marks() != app_.reconcile_marks()) return ShowNextAttempt(tx, app);
    const int failures = outcome.ok() || waits_for_edges_ ? 0 : app.reconcile_failures() + 1;
    app.set_reconcile_failures(failures);
    if (outcome.ok() && wanted_.empty() && unwanted_.empty()) {
      app.clear_reconcile_time();
    } else if (outcome.ok()) {
      *app.mutable_reconcile_time() = ToProto(now + kSubscriptionRecheck);
    } else {
      *app.mutable_reconcile_time() =
          ToProto(now + (waits_for_edges_ ? kEdgesNotReadyRecheck : FailureDelay(failures)));
    }
    FC_RETURN_IF_ERROR(ShowNextAttempt(tx, app));
    return tx.apps().Update(app);
  });
}

}  // namespace fluxcascade
