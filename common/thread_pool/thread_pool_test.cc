#include "common/thread_pool/thread_pool.h"

#include <atomic>

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(ThreadPoolTest, RunsEverythingBeforeItIsGone) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 1000; ++i) pool.Run([&] { ++ran; });
  }
  EXPECT_EQ(ran, 1000);
}

TEST(ThreadPoolTest, WorkCanWaitForOtherWork) {
  Mutex mutex;
  CondVar changed;
  int arrived = 0;
  ThreadPool pool(2);
  const auto meet = [&] {
    MutexLock lock(mutex);
    ++arrived;
    changed.NotifyAll();
    while (arrived < 2) changed.Wait(mutex);
  };
  pool.Run(meet);
  pool.Run(meet);
}

}  // namespace
}  // namespace fluxcascade
