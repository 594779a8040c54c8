// A fixed number of threads for work that blocks.
#ifndef FLUXCASCADE_COMMON_THREAD_POOL_THREAD_POOL_H_
#define FLUXCASCADE_COMMON_THREAD_POOL_THREAD_POOL_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "common/mutex/mutex.h"

namespace fluxcascade {

// Thread-safe. The queue is as long as its callers let it become: they bound what they hand over.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  // Runs what was handed over, then joins.
  ~ThreadPool();

  void Run(std::function<void()> work);

 private:
  void Loop();

  Mutex mutex_;
  CondVar wake_;
  std::deque<std::function<void()>> queue_ FC_GUARDED_BY(mutex_);
  bool stopping_ FC_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_THREAD_POOL_THREAD_POOL_H_
