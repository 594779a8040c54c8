// What a worker pool has handed over and not had back.
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_RUNNING_DELIVERIES_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_RUNNING_DELIVERIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/time/waker.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {

// Thread-safe.
class RunningDeliveries {
 public:
  // One holding of a delivery: the same delivery may be claimed again while an executor that lost
  // its lease still runs it.
  using Key = std::pair<std::string, uint64_t>;
  static Key KeyOf(const ClaimedDelivery& claimed) {
    return Key(claimed.item.delivery(), claimed.item.lease_count());
  }

  void Add(ClaimedDelivery claimed, absl::Time renew_time);
  // Wakes the pool.
  void Remove(const Key& key);

  int size() const;
  std::map<std::string, int> CountByDestination() const;

  // Those whose lease is to be renewed by now.
  std::vector<ClaimedDelivery> DueForRenewal(absl::Time now) const;
  std::optional<absl::Time> NextRenewal() const;
  void SetRenewal(const Key& key, absl::Time renew_time);
  std::vector<ClaimedDelivery> All() const;

  Waker& waker() { return waker_; }
  // Waits at most `timeout` of real time for a Remove.
  void WaitForRemove(absl::Duration timeout) { removed_.WaitFor(timeout); }

 private:
  struct Running {
    ClaimedDelivery claimed;
    absl::Time renew_time;
  };

  mutable Mutex mutex_;
  std::map<Key, Running> running_ FC_GUARDED_BY(mutex_);
  Waker waker_;
  Waker removed_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_RUNNING_DELIVERIES_H_
