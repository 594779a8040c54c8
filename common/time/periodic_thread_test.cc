#include "common/time/periodic_thread.h"

#include <memory>

#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

class PeriodicThreadTest : public testing::Test {
 protected:
  // Each call says to come back after `pause`.
  void Start(absl::Duration pause) {
    thread_ = std::make_unique<PeriodicThread>(
        [this, pause](absl::Duration now) {
          MutexLock lock(mutex_);
          ++calls_;
          called_.NotifyAll();
          return now + pause;
        },
        SystemClock());
  }
  void WaitForCalls(int count) {
    MutexLock lock(mutex_);
    while (calls_ < count) called_.Wait(mutex_);
  }
  int calls() {
    MutexLock lock(mutex_);
    return calls_;
  }

 private:
  Mutex mutex_;
  CondVar called_;
  int calls_ FC_GUARDED_BY(mutex_) = 0;

 protected:
  std::unique_ptr<PeriodicThread> thread_;
};

TEST_F(PeriodicThreadTest, ComesBackWhenItWasToldTo) {
  Start(absl::Microseconds(1));
  WaitForCalls(3);
}

TEST_F(PeriodicThreadTest, LooksOnceAtTheStartAndThenWaits) {
  Start(absl::Hours(1));
  WaitForCalls(1);
  thread_.reset();
  EXPECT_EQ(calls(), 1);
}

TEST_F(PeriodicThreadTest, ComesAtOnceWhenItIsWoken) {
  Start(absl::Hours(1));
  WaitForCalls(1);
  thread_->Wake();
  WaitForCalls(2);
}

}  // namespace
}  // namespace fluxcascade
