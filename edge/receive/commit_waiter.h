// Holds back answers to requests that are durable here until the control plane has them, too, or
// until their time is over.
#ifndef FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAITER_H_
#define FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAITER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade::edge {

// No threads, no clock: times are monotonic. Thread-safe.
class CommitWaiter {
 public:
  enum class End {
    // The control plane has committed the request.
    kCommitted,
    // It has not, as far as is known here.
    kLocal,
  };
  // Called once, on the thread of whoever ended the wait; quick, and does not call back.
  using Done = std::function<void(End)>;

  struct Limits {
    // At once; one more does not wait. 0: none does.
    size_t max_waiting = 16 * 1024;
    // No wait is longer, whatever was asked for.
    absl::Duration max_wait = absl::Seconds(15);
  };

  explicit CommitWaiter(Limits limits) : limits_(limits) {}

  // The request of that sequence is durable; it was received at `since`, and is to wait for
  // `wait` from then on. `done` may be called before this returns.
  void Wait(uint64_t sequence, absl::Duration since, absl::Duration wait, Done done);

  // The control plane has committed everything up to and including `through`. Going back changes
  // nothing.
  void CommittedThrough(uint64_t through);

  // Ends the waits that are over at `now`, and says when the next one is: infinitely late while
  // there is none.
  absl::Duration RunDue(absl::Duration now);

  // Ends all waits, and every later one at once: the edge stops.
  void EndAll();

  // Called, on any thread, when a wait will be over before RunDue was told to come back. Replaces
  // the one before, which is not called any more once this returns; null: none. It must be quick,
  // and must not call back.
  void SetListener(std::function<void()> listener);

  size_t waiting() const;

 private:
  struct Waiting {
    absl::Duration due;
    Done done;
  };
  using BySequence = std::map<uint64_t, Waiting>;

  // How a wait for it ends before it begins; nothing: it begins.
  std::optional<End> EndAtOnce(uint64_t sequence) const FC_REQUIRES(mutex_);
  Done Take(BySequence::iterator waiting) FC_REQUIRES(mutex_);
  void Notify();

  const Limits limits_;

  mutable Mutex mutex_;
  BySequence waiting_ FC_GUARDED_BY(mutex_);
  std::set<std::pair<absl::Duration, uint64_t>> by_due_ FC_GUARDED_BY(mutex_);
  uint64_t committed_ FC_GUARDED_BY(mutex_) = 0;
  bool ended_ FC_GUARDED_BY(mutex_) = false;
  // When RunDue will be called at the latest.
  absl::Duration next_run_ FC_GUARDED_BY(mutex_) = absl::InfiniteDuration();

  // Held while the listener is called.
  Mutex listener_mutex_;
  std::function<void()> listener_ FC_GUARDED_BY(listener_mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_RECEIVE_COMMIT_WAITER_H_
