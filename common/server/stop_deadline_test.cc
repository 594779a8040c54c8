#include "common/server/stop_deadline.h"

#include "common/mutex/mutex.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

void HangFor(absl::Duration limit) {
  StopDeadline deadline(limit);
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  for (;;) never.Wait(mutex);
}

TEST(StopDeadlineTest, AStopThatHangsEndsAllTheSame) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(HangFor(absl::Milliseconds(1)), testing::ExitedWithCode(kStopTimedOutExitCode),
              "stopping took too long");
}

TEST(StopDeadlineTest, AStopInTimeIsLeftAlone) { StopDeadline deadline(absl::Minutes(10)); }

}  // namespace
}  // namespace fluxcascade
