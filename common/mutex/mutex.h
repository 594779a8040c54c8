// std::mutex with annotations, so that clang checks who holds what, and ThreadSanitizer understands
// it (Debian's Abseil is not instrumented: its mutexes look like races).
#ifndef FLUXCASCADE_COMMON_MUTEX_MUTEX_H_
#define FLUXCASCADE_COMMON_MUTEX_MUTEX_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

#define FC_GUARDED_BY(mutex) ABSL_GUARDED_BY(mutex)
#define FC_REQUIRES(...) ABSL_EXCLUSIVE_LOCKS_REQUIRED(__VA_ARGS__)
#define FC_EXCLUDES(...) ABSL_LOCKS_EXCLUDED(__VA_ARGS__)

namespace fluxcascade {

class ABSL_LOCKABLE Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits may end early for no reason: always wait in a loop over the condition.
class CondVar {
 public:
  void Wait(Mutex& mutex) FC_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    cond_var_.wait(lock);
    lock.release();
  }

  // False when `timeout` of real time has passed.
  bool WaitFor(Mutex& mutex, absl::Duration timeout) FC_REQUIRES(mutex) {
    // The standard library adds the timeout to the time of now, where an infinite one would
    // overflow.
    constexpr absl::Duration kForever = absl::Hours(24 * 365);
    timeout = std::clamp(timeout, absl::ZeroDuration(), kForever);
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const auto result = cond_var_.wait_for(lock, absl::ToChronoNanoseconds(timeout));
    lock.release();
    return result == std::cv_status::no_timeout;
  }

  void NotifyOne() { cond_var_.notify_one(); }
  void NotifyAll() { cond_var_.notify_all(); }

 private:
  std::condition_variable cond_var_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_MUTEX_MUTEX_H_
