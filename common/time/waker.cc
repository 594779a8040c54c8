#include "common/time/waker.h"

#include <chrono>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {
namespace {

absl::Duration RealTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

void Waker::Wake() {
  MutexLock lock(mutex_);
  pending_ = true;
  wake_.NotifyAll();
}

void Waker::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  wake_.NotifyAll();
}

bool Waker::WaitFor(absl::Duration timeout) {
  const absl::Duration end = RealTime() + timeout;
  MutexLock lock(mutex_);
  while (!pending_ && !stopped_) {
    const absl::Duration left = end - RealTime();
    if (left <= absl::ZeroDuration()) break;
    wake_.WaitFor(mutex_, left);
  }
  pending_ = false;
  return !stopped_;
}

bool Waker::stopped() const {
  MutexLock lock(mutex_);
  return stopped_;
}

}  // namespace fluxcascade
