#include "controlplane/queue/running_deliveries.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

void RunningDeliveries::Add(ClaimedDelivery claimed, absl::Time renew_time) {
  MutexLock lock(mutex_);
  Key key = KeyOf(claimed);
  running_.insert_or_assign(std::move(key), Running{std::move(claimed), renew_time});
}

void RunningDeliveries::Remove(const Key& key) {
  {
    MutexLock lock(mutex_);
    running_.erase(key);
  }
  waker_.Wake();
  removed_.Wake();
}

int RunningDeliveries::size() const {
  MutexLock lock(mutex_);
  return static_cast<int>(running_.size());
}

std::map<std::string, int> RunningDeliveries::CountByDestination() const {
  MutexLock lock(mutex_);
  std::map<std::string, int> counts;
  for (const auto& [key, running] : running_) ++counts[running.claimed.item.destination()];
  return counts;
}

std::vector<ClaimedDelivery> RunningDeliveries::DueForRenewal(absl::Time now) const {
  MutexLock lock(mutex_);
  std::vector<ClaimedDelivery> due;
  for (const auto& [key, running] : running_) {
    if (running.renew_time <= now) due.push_back(running.claimed);
  }
  return due;
}

std::optional<absl::Time> RunningDeliveries::NextRenewal() const {
  MutexLock lock(mutex_);
  std::optional<absl::Time> next;
  for (const auto& [key, running] : running_) {
    next = next ? std::min(*next, running.renew_time) : running.renew_time;
  }
  if (next == absl::InfiniteFuture()) return std::nullopt;
  return next;
}

void RunningDeliveries::SetRenewal(const Key& key, absl::Time renew_time) {
  MutexLock lock(mutex_);
  const auto it = running_.find(key);
  if (it != running_.end()) it->second.renew_time = renew_time;
}

std::vector<ClaimedDelivery> RunningDeliveries::All() const {
  MutexLock lock(mutex_);
  std::vector<ClaimedDelivery> all;
  for (const auto& [key, running] : running_) all.push_back(running.claimed);
  return all;
}

}  // namespace fluxcascade
