#include "edge/receive/commit_waiter.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "common/time/clock.h"
#include "edge/receive/commit_wait_keeper.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr auto kCommitted = CommitWaiter::End::kCommitted;
constexpr auto kLocal = CommitWaiter::End::kLocal;
constexpr absl::Duration kStart = absl::Hours(1);
constexpr absl::Duration kWait = absl::Seconds(2);

class CommitWaiterTest : public testing::Test {
 protected:
  void Wait(uint64_t sequence, absl::Duration wait = kWait) {
    waiter_.Wait(sequence, kStart, wait, [this, sequence](CommitWaiter::End end) {
      EXPECT_TRUE(ends_.emplace(sequence, end).second) << "request " << sequence << " ends twice";
    });
  }

  CommitWaiter waiter_{{.max_waiting = 3, .max_wait = absl::Seconds(5)}};
  std::map<uint64_t, CommitWaiter::End> ends_;
};

TEST_F(CommitWaiterTest, ACommitEndsTheWaitsOfAllUpToIt) {
  Wait(7);
  Wait(8);
  Wait(9);
  EXPECT_THAT(ends_, IsEmpty());
  waiter_.CommittedThrough(6);
  EXPECT_THAT(ends_, IsEmpty());
  waiter_.CommittedThrough(8);
  EXPECT_THAT(ends_, ElementsAre(Pair(7, kCommitted), Pair(8, kCommitted)));
  EXPECT_EQ(waiter_.waiting(), 1);
}

TEST_F(CommitWaiterTest, WhatIsCommittedBeforeItsWaitBeginsDoesNotWait) {
  waiter_.CommittedThrough(8);
  waiter_.CommittedThrough(3);
  Wait(8);
  EXPECT_THAT(ends_, ElementsAre(Pair(8, kCommitted)));
  Wait(9);
  EXPECT_EQ(waiter_.waiting(), 1);
}

TEST_F(CommitWaiterTest, AWaitIsOverAtItsTimeAndNotBefore) {
  Wait(1, absl::Seconds(2));
  Wait(2, absl::Seconds(1));
  EXPECT_EQ(waiter_.RunDue(kStart), kStart + absl::Seconds(1));
  EXPECT_EQ(waiter_.RunDue(kStart + absl::Seconds(1) - absl::Nanoseconds(1)),
            kStart + absl::Seconds(1));
  EXPECT_THAT(ends_, IsEmpty());
  EXPECT_EQ(waiter_.RunDue(kStart + absl::Seconds(1)), kStart + absl::Seconds(2));
  EXPECT_THAT(ends_, ElementsAre(Pair(2, kLocal)));
  EXPECT_EQ(waiter_.RunDue(kStart + absl::Seconds(2)), absl::InfiniteDuration());
  EXPECT_THAT(ends_, ElementsAre(Pair(1, kLocal), Pair(2, kLocal)));
  waiter_.CommittedThrough(2);
  EXPECT_EQ(waiter_.waiting(), 0);
}

TEST_F(CommitWaiterTest, NoWaitIsLongerThanTheLongest) {
  Wait(1, absl::Seconds(10));
  EXPECT_EQ(waiter_.RunDue(kStart), kStart + absl::Seconds(5));
}

TEST_F(CommitWaiterTest, AsManyWaitAsMayAndOneMoreDoesNot) {
  for (uint64_t sequence : {1, 2, 3}) Wait(sequence);
  EXPECT_THAT(ends_, IsEmpty());
  Wait(4);
  EXPECT_THAT(ends_, ElementsAre(Pair(4, kLocal)));
  waiter_.CommittedThrough(1);
  Wait(5);
  EXPECT_EQ(waiter_.waiting(), 3);
}

TEST_F(CommitWaiterTest, WhenTheEdgeStopsNobodyWaits) {
  Wait(1);
  waiter_.EndAll();
  EXPECT_THAT(ends_, ElementsAre(Pair(1, kLocal)));
  Wait(2);
  EXPECT_THAT(ends_, ElementsAre(Pair(1, kLocal), Pair(2, kLocal)));
  EXPECT_EQ(waiter_.RunDue(kStart + kWait), absl::InfiniteDuration());
}

TEST_F(CommitWaiterTest, TheListenerHearsOnlyOfWaitsThatEndBeforeTheNextRun) {
  int calls = 0;
  waiter_.SetListener([&calls] { ++calls; });
  Wait(1, absl::Seconds(2));
  EXPECT_EQ(calls, 1);
  Wait(2, absl::Seconds(2));
  EXPECT_EQ(calls, 1);
  Wait(3, absl::Seconds(1));
  EXPECT_EQ(calls, 2);
  // RunDue still comes back for the ones that are gone.
  waiter_.CommittedThrough(3);
  Wait(4, absl::Seconds(2));
  EXPECT_EQ(calls, 2);
  waiter_.RunDue(kStart + absl::Seconds(2));
  Wait(5, absl::Seconds(4));
  EXPECT_EQ(calls, 3);
}

TEST_F(CommitWaiterTest, TheKeeperEndsWaitsOnAThreadOfItsOwn) {
  Mutex mutex;
  CondVar ended;
  std::optional<CommitWaiter::End> end;
  const auto done = [&](CommitWaiter::End how) {
    MutexLock lock(mutex);
    end = how;
    ended.NotifyAll();
  };
  const CommitWaitKeeper keeper(waiter_, SystemClock());
  waiter_.Wait(1, SystemClock().Monotonic(), absl::Milliseconds(1), done);
  MutexLock lock(mutex);
  while (!end.has_value()) ended.Wait(mutex);
  EXPECT_EQ(end, kLocal);
}

}  // namespace
}  // namespace fluxcascade::edge
