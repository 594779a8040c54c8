#include "common/mutex/mutex.h"

#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(MutexTest, LetsOneThreadInAtATime) {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10000; ++j) {
        MutexLock lock(mutex);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 40000);
}

TEST(CondVarTest, WakesAWaiter) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  std::thread waker([&] {
    MutexLock lock(mutex);
    ready = true;
    changed.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!ready) changed.Wait(mutex);
  }
  waker.join();
}

TEST(CondVarTest, SaysThatTheTimeHasPassed) {
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  while (never.WaitFor(mutex, absl::Microseconds(1))) {
  }
  while (never.WaitFor(mutex, -absl::InfiniteDuration())) {
  }
}

TEST(CondVarTest, AnInfiniteTimeoutWaits) {
  Mutex mutex;
  CondVar changed;
  bool ready = false;
  bool timed_out = false;
  std::thread waker([&] {
    MutexLock lock(mutex);
    ready = true;
    changed.NotifyOne();
  });
  {
    MutexLock lock(mutex);
    while (!ready) timed_out = !changed.WaitFor(mutex, absl::InfiniteDuration());
  }
  waker.join();
  EXPECT_FALSE(timed_out);
}

}  // namespace
}  // namespace fluxcascade
