#include "controlplane/subscriptions/subscription_controller.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/subscriptions/reconcile_operation.h"

namespace fluxcascade {
namespace {

// How many apps one turn takes on.
constexpr int kAppsPerTurn = 100;

}  // namespace

absl::Duration FailureDelay(int failures) {
  absl::Duration delay = kFirstFailureDelay;
  for (int i = 1; i < failures && delay < kLastFailureDelay; ++i) delay *= 2;
  return std::min(delay, kLastFailureDelay);
}

absl::Status MarkForReconcile(Transaction& tx, absl::string_view app_name, absl::Time now) {
  FC_ASSIGN_OR_RETURN(store::v1::App app, tx.apps().Get(app_name));
  *app.mutable_reconcile_time() = ToProto(now);
  app.set_reconcile_marks(app.reconcile_marks() + 1);
  app.set_reconcile_failures(0);
  FC_RETURN_IF_ERROR(ShowNextAttempt(tx, app));
  return tx.apps().Update(app);
}

absl::Status MarkConnectionForReconcile(Transaction& tx, absl::string_view connection_name,
                                        absl::Time now) {
  FC_ASSIGN_OR_RETURN(const store::v1::Connection connection,
                      tx.connections().Get(connection_name));
  return MarkForReconcile(tx, connection.app(), now);
}

absl::Status SubscriptionController::RunDue() {
  std::vector<store::v1::App> due;
  const absl::Time now = dependencies_.clock.Now();
  FC_RETURN_IF_ERROR(dependencies_.store.Read([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(due, tx.apps().ListDueForReconcile(now, kAppsPerTurn));
    return absl::OkStatus();
  }));
  // One app that cannot be reconciled must not hold up those behind it.
  absl::Status first_error;
  for (const store::v1::App& app : due) {
    if (stopping_) break;
    // Who has the turn does the work.
    if (!TakeTurn(app.name(), absl::ZeroDuration()).ok()) continue;
    first_error.Update(RunInTurn(app.name()));
  }
  return first_error;
}

absl::Status SubscriptionController::Reconcile(absl::string_view app, absl::Duration max_wait) {
  FC_RETURN_IF_ERROR(TakeTurn(app, max_wait));
  return RunInTurn(std::string(app));
}

void SubscriptionController::Stop() {
  MutexLock lock(mutex_);
  stopping_ = true;
  turn_ended_.NotifyAll();
}

absl::Status SubscriptionController::TakeTurn(absl::string_view app, absl::Duration max_wait) {
  MutexLock lock(mutex_);
  // The ends of other apps' turns wake it, too: they must not make the wait longer.
  const absl::Time deadline = dependencies_.clock.Now() + max_wait;
  absl::Duration left = max_wait;
  while (!stopping_ && running_.contains(app) && left > absl::ZeroDuration()) {
    if (!turn_ended_.WaitFor(mutex_, left)) break;
    left = deadline - dependencies_.clock.Now();
  }
  if (stopping_) return absl::UnavailableError("the control plane is stopping; try again shortly");
  if (running_.contains(app)) {
    return absl::UnavailableError(
        absl::StrCat("the subscriptions of ", app, " are being reconciled; try again shortly"));
  }
  running_.insert(std::string(app));
  return absl::OkStatus();
}

absl::Status SubscriptionController::RunInTurn(const std::string& app) {
  const absl::Status done = ReconcileOperation(dependencies_, app, stopping_).Run();
  MutexLock lock(mutex_);
  running_.erase(app);
  turn_ended_.NotifyAll();
  return done;
}

}  // namespace fluxcascade
