// Connections that are kept alive between requests.
#ifndef FLUXCASCADE_COMMON_HTTP_IDLE_POOL_H_
#define FLUXCASCADE_COMMON_HTTP_IDLE_POOL_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

// Thread-safe. Times are of Clock::Monotonic. A Connection has `bool IsIdle()`: whether it is still
// of use. Connections are asked and destroyed outside the lock, since both are system calls.
template <typename Connection>
class IdlePool {
 public:
  // `per_host` for one host, `in_all` for all together: one more closes the one that has been idle
  // longest.
  IdlePool(size_t per_host, size_t in_all, absl::Duration timeout)
      : per_host_(per_host), in_all_(in_all), timeout_(timeout) {}

  // Of those to `host` that have not timed out and are of use, the one used last; nullptr when
  // there is none.
  std::unique_ptr<Connection> Take(const std::string& host, absl::Duration now);

  void Put(const std::string& host, std::unique_ptr<Connection> connection, absl::Duration now);

  // Closes what has timed out.
  void CloseExpired(absl::Duration now);

 private:
  struct Idle {
    std::string host;
    std::unique_ptr<Connection> connection;
    absl::Duration until;
  };
  using IdleList = std::list<Idle>;

  std::unique_ptr<Connection> Remove(typename IdleList::iterator idle) FC_REQUIRES(mutex_);

  const size_t per_host_;
  const size_t in_all_;
  const absl::Duration timeout_;
  Mutex mutex_;
  // Longest idle first, in both.
  IdleList idle_ FC_GUARDED_BY(mutex_);
  std::map<std::string, std::list<typename IdleList::iterator>> by_host_ FC_GUARDED_BY(mutex_);
};

template <typename Connection>
std::unique_ptr<Connection> IdlePool<Connection>::Take(const std::string& host,
                                                       absl::Duration now) {
  while (true) {
    std::unique_ptr<Connection> connection;
    bool in_time = false;
    {
      MutexLock lock(mutex_);
      const auto of_host = by_host_.find(host);
      if (of_host == by_host_.end()) return nullptr;
      const auto newest = of_host->second.back();
      in_time = newest->until > now;
      connection = Remove(newest);
    }
    if (in_time && connection->IsIdle()) return connection;
  }
}

template <typename Connection>
void IdlePool<Connection>::Put(const std::string& host, std::unique_ptr<Connection> connection,
                               absl::Duration now) {
  std::unique_ptr<Connection> displaced;
  MutexLock lock(mutex_);
  idle_.push_back({host, std::move(connection), now + timeout_});
  auto& of_host = by_host_[host];
  of_host.push_back(std::prev(idle_.end()));
  if (of_host.size() > per_host_) {
    displaced = Remove(of_host.front());
  } else if (idle_.size() > in_all_) {
    displaced = Remove(idle_.begin());
  }
}

template <typename Connection>
void IdlePool<Connection>::CloseExpired(absl::Duration now) {
  std::vector<std::unique_ptr<Connection>> expired;
  MutexLock lock(mutex_);
  while (!idle_.empty() && idle_.front().until <= now) expired.push_back(Remove(idle_.begin()));
}

template <typename Connection>
std::unique_ptr<Connection> IdlePool<Connection>::Remove(typename IdleList::iterator idle) {
  const auto of_host = by_host_.find(idle->host);
  of_host->second.remove(idle);
  if (of_host->second.empty()) by_host_.erase(of_host);
  std::unique_ptr<Connection> connection = std::move(idle->connection);
  idle_.erase(idle);
  return connection;
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_IDLE_POOL_H_
