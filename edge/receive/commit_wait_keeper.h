// Ends the waits of a CommitWaiter in time, on one thread for all of them.
#ifndef FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAIT_KEEPER_H_
#define FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAIT_KEEPER_H_

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/periodic_thread.h"
#include "edge/receive/commit_waiter.h"

namespace fluxcascade::edge {

// From construction to destruction. Both must outlive it. Takes the waiter's listener.
class CommitWaitKeeper {
 public:
  CommitWaitKeeper(CommitWaiter& waiter, const Clock& clock)
      : waiter_(waiter),
        thread_([&waiter](absl::Duration now) { return waiter.RunDue(now); }, clock) {
    waiter_.SetListener([this] { thread_.Wake(); });
    // For what came before the listener did.
    thread_.Wake();
  }
  ~CommitWaitKeeper() { waiter_.SetListener(nullptr); }
  CommitWaitKeeper(const CommitWaitKeeper&) = delete;
  CommitWaitKeeper& operator=(const CommitWaitKeeper&) = delete;

 private:
  CommitWaiter& waiter_;
  PeriodicThread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAIT_KEEPER_H_
