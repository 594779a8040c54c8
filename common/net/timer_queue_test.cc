#include "common/net/timer_queue.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TimerQueueTest : public testing::Test {
 protected:
  TimerId Add(int second, const std::string& name) {
    return timers_.Add(absl::Seconds(second), [this, name] { ran_.push_back(name); });
  }
  void RunAt(int second) { timers_.RunDue(absl::Seconds(second)); }

  TimerQueue timers_;
  std::vector<std::string> ran_;
};

TEST_F(TimerQueueTest, RunsWhatIsDueInOrder) {
  Add(3, "c");
  Add(1, "a");
  Add(2, "b");
  Add(2, "b again");
  RunAt(2);
  EXPECT_THAT(ran_, ElementsAre("a", "b", "b again"));
  EXPECT_EQ(timers_.next_due(), absl::Seconds(3));
}

TEST_F(TimerQueueTest, RunsAtTheVeryTimeAndNotBefore) {
  timers_.Add(absl::Seconds(1), [this] { ran_.push_back("a"); });
  timers_.RunDue(absl::Seconds(1) - absl::Nanoseconds(1));
  EXPECT_THAT(ran_, IsEmpty());
  timers_.RunDue(absl::Seconds(1));
  EXPECT_THAT(ran_, ElementsAre("a"));
}

TEST_F(TimerQueueTest, RunsOnce) {
  Add(1, "a");
  RunAt(1);
  RunAt(5);
  EXPECT_THAT(ran_, ElementsAre("a"));
  EXPECT_EQ(timers_.next_due(), absl::InfiniteDuration());
}

TEST_F(TimerQueueTest, ACancelledTimerDoesNotRun) {
  const TimerId id = Add(1, "a");
  EXPECT_TRUE(timers_.Cancel(id));
  EXPECT_FALSE(timers_.Cancel(id));
  EXPECT_FALSE(timers_.Cancel(0));
  RunAt(1);
  EXPECT_THAT(ran_, IsEmpty());
}

TEST_F(TimerQueueTest, ACallbackMayCancelTheNextOne) {
  TimerId second = 0;
  timers_.Add(absl::Seconds(1), [&] { timers_.Cancel(second); });
  second = Add(1, "b");
  Add(1, "c");
  RunAt(1);
  EXPECT_THAT(ran_, ElementsAre("c"));
}

TEST_F(TimerQueueTest, WhatACallbackAddsRunsAtTheNextCall) {
  timers_.Add(absl::Seconds(1), [this] { Add(0, "added"); });
  Add(2, "b");
  RunAt(2);
  EXPECT_THAT(ran_, ElementsAre("b"));
  RunAt(2);
  EXPECT_THAT(ran_, ElementsAre("b", "added"));
}

TEST_F(TimerQueueTest, ACallbackThatAddsItselfAgainDoesNotLoop) {
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    timers_.Add(absl::ZeroDuration(), again);
  };
  again();
  RunAt(1);
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(timers_.size(), 1u);
}

}  // namespace
}  // namespace fluxcascade
