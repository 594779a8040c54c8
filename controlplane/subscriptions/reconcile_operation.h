// One reconcile of one app, its methods in the order in which they happen.
#ifndef FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_RECONCILE_OPERATION_H_
#define FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_RECONCILE_OPERATION_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/subscriptions/plan.h"
#include "controlplane/subscriptions/subscription_controller.h"

namespace fluxcascade {

// Writes into the app's rows that are not as they should be when they are tried again: at the app's
// own time, since an app is reconciled as a whole. To be called in the transaction that changes it.
absl::Status ShowNextAttempt(Transaction& tx, const store::v1::App& app);

class ReconcileOperation {
 public:
  // Ends at the next step once `stopping` is true; the app stays due.
  ReconcileOperation(const SubscriptionDependencies& dependencies, absl::string_view app,
                     const std::atomic<bool>& stopping)
      : dependencies_(dependencies), app_name_(app), stopping_(stopping) {}

  // An error is the store's.
  absl::Status Run();

 private:
  using Rows = std::vector<store::v1::Subscription>;

  absl::Status LoadAndPlan();
  // Whether the edges know the hook, as far as anything is wanted; those that wait for it say so.
  absl::Status CheckEdges();
  // An error is the system's, as those of EnsureTargetUrl and ApplyStep.
  absl::Status OpenSystem();
  // `opened` is what OpenSystem gave.
  absl::Status Unregister(const absl::Status& opened);
  absl::Status Register(const absl::Status& opened);
  absl::Status EnsureTargetUrl();
  absl::Status ApplySteps(Rows& rows);
  absl::Status ApplyStep(store::v1::Subscription& row);
  absl::Status FinishWaiting();
  absl::Status Finish(const absl::Status& outcome);

  absl::Status StoreRows(const Rows& rows);
  absl::Status MarkRows(const absl::Status& why, Rows& rows);

  const SubscriptionDependencies& dependencies_;
  const std::string app_name_;
  const std::atomic<bool>& stopping_;
  store::v1::App app_;
  store::v1::EdgeGroup group_;
  std::string hook_url_;
  const Connector* connector_ = nullptr;
  Rows wanted_;
  Rows unwanted_;  // STATE_REMOVING
  absl::Status edges_;
  AppIdentity identity_;
  std::unique_ptr<ApiClient> api_;
  Registration actual_;
  bool app_is_gone_ = false;    // from the system
  absl::Status first_failure_;  // of the system
  bool waits_for_edges_ = false;
  TargetUrlState target_url_ = TargetUrlState::kUnset;  // at the system
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_RECONCILE_OPERATION_H_
