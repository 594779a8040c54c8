// Brings the systems' webhook subscriptions to what the mappings need, and keeps them there.
#ifndef FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_SUBSCRIPTION_CONTROLLER_H_
#define FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_SUBSCRIPTION_CONTROLLER_H_

#include <atomic>
#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/random.h"
#include "common/time/clock.h"
#include "controlplane/connections/connection_clients.h"
#include "controlplane/connectors/registry.h"
#include "controlplane/store/store.h"

namespace fluxcascade {

struct SubscriptionDependencies {
  Store& store;
  const ConnectorRegistry& connectors;
  ConnectionClients& clients;
  const Clock& clock;
  Random& random;
};

// An app's subscriptions are compared again after this long although nothing has changed here:
// somebody may have changed them at the system.
inline constexpr absl::Duration kSubscriptionRecheck = absl::Minutes(10);
// How soon it is looked again whether the edges know the hook.
inline constexpr absl::Duration kEdgesNotReadyRecheck = absl::Seconds(1);
// After failures: doubled each time from the first to the second.
inline constexpr absl::Duration kFirstFailureDelay = absl::Seconds(5);
inline constexpr absl::Duration kLastFailureDelay = absl::Minutes(5);

// Pure: when to try again after so many failures in a row (1 and more).
absl::Duration FailureDelay(int failures);

// To be called in the transaction that changes a mapping, its app, or what they need of one
// another.
absl::Status MarkForReconcile(Transaction& tx, absl::string_view app, absl::Time now);
// The same for the app of this connection.
absl::Status MarkConnectionForReconcile(Transaction& tx, absl::string_view connection,
                                        absl::Time now);

// Level-triggered: each reconcile begins by looking at what is, so it may be interrupted anywhere
// and begun again. Of one app only one runs at a time: two would both register what is missing, and
// of two registrations of one kind only one is ever taken away again. So no two processes may run
// controllers on one store. Thread-safe.
class SubscriptionController {
 public:
  explicit SubscriptionController(SubscriptionDependencies dependencies)
      : dependencies_(dependencies) {}

  // Reconciles every app that is due; one that is being reconciled already is passed over. Failures
  // are on the rows and in the log, not in the status: that is the store's.
  absl::Status RunDue();

  // Reconciles one app now. While it is being reconciled already, waits for that to end, up to
  // `max_wait` of real time, and then is kUnavailable.
  absl::Status Reconcile(absl::string_view app, absl::Duration max_wait);

  // From now on nothing is begun: what runs ends after the call to the system that it is making,
  // its app stays due, and who waits gets kUnavailable. For the end of the process.
  void Stop();

 private:
  // kUnavailable when it could not be had.
  absl::Status TakeTurn(absl::string_view app, absl::Duration max_wait);
  absl::Status RunInTurn(const std::string& app);

  SubscriptionDependencies dependencies_;
  std::atomic<bool> stopping_ = false;
  Mutex mutex_;
  CondVar turn_ended_;
  std::set<std::string, std::less<>> running_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_SUBSCRIPTIONS_SUBSCRIPTION_CONTROLLER_H_
