#include "common/net/event_loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/net/unique_fd.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct SocketPair {
  SocketPair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    ours = UniqueFd(fds[0]);
    theirs = UniqueFd(fds[1]);
  }
  void TheySend() { EXPECT_EQ(::write(theirs.get(), "x", 1), 1); }
  UniqueFd ours;
  UniqueFd theirs;
};

class EventLoopTest : public testing::Test {
 protected:
  void SetUp() override { FC_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create(clock_)); }
  void Turn() { loop_->RunOnce(absl::ZeroDuration()); }
  void Watch(int fd, Interest interest, const std::string& name) {
    FC_EXPECT_OK(loop_->Watch(fd, interest, [this, name](Readiness ready) {
      seen_.push_back(name + (ready.read ? " read" : "") + (ready.write ? " write" : ""));
    }));
  }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::vector<std::string> seen_;
};

TEST_F(EventLoopTest, TellsOfWhatCanBeRead) {
  SocketPair pair;
  Watch(pair.ours.get(), {.read = true}, "a");
  Turn();
  EXPECT_THAT(seen_, IsEmpty());
  pair.TheySend();
  Turn();
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a read", "a read")) << "what was not taken is told again";
}

TEST_F(EventLoopTest, TellsOnlyOfWhatIsAskedFor) {
  SocketPair pair;
  pair.TheySend();
  Watch(pair.ours.get(), {.write = true}, "a");
  Turn();
  loop_->SetInterest(pair.ours.get(), {.read = true, .write = true});
  Turn();
  loop_->SetInterest(pair.ours.get(), {});
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a write", "a read write"));
}

TEST_F(EventLoopTest, AHangUpCanBeReadAndWritten) {
  SocketPair pair;
  Watch(pair.ours.get(), {.read = true}, "a");
  pair.theirs.Reset();
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a read write"));
}

TEST_F(EventLoopTest, AnUnwatchedDescriptorIsNotToldEvenInTheSameTurn) {
  SocketPair first;
  SocketPair second;
  first.TheySend();
  second.TheySend();
  int calls = 0;
  const auto unwatch_both = [&](Readiness) {
    ++calls;
    loop_->Unwatch(first.ours.get());
    loop_->Unwatch(second.ours.get());
  };
  FC_ASSERT_OK(loop_->Watch(first.ours.get(), {.read = true}, unwatch_both));
  FC_ASSERT_OK(loop_->Watch(second.ours.get(), {.read = true}, unwatch_both));
  Turn();
  Turn();
  EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, ANewDescriptorOfTheSameNumberDoesNotGetTheOldOnesReadiness) {
  SocketPair first;
  SocketPair second;
  SocketPair quiet;
  first.TheySend();
  second.TheySend();
  const auto replace = [&](UniqueFd& other) {
    const int number = other.get();
    loop_->Unwatch(number);
    ASSERT_EQ(dup2(quiet.ours.get(), number), number);
    Watch(number, {.read = true}, "new");
  };
  FC_ASSERT_OK(loop_->Watch(first.ours.get(), {.read = true}, [&](Readiness) {
    loop_->Unwatch(first.ours.get());
    replace(second.ours);
  }));
  FC_ASSERT_OK(loop_->Watch(second.ours.get(), {.read = true}, [&](Readiness) {
    loop_->Unwatch(second.ours.get());
    replace(first.ours);
  }));
  Turn();
  EXPECT_THAT(seen_, IsEmpty());
  Turn();
  EXPECT_THAT(seen_, IsEmpty());
  quiet.TheySend();
  Turn();
  EXPECT_THAT(seen_, ElementsAre("new read"));
}

TEST_F(EventLoopTest, WatchingWhatIsNotOpenIsAnError) {
  EXPECT_THAT(loop_->Watch(-1, {.read = true}, [](Readiness) {}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(EventLoopTest, TimersFollowTheClock) {
  loop_->RunAfter(absl::Hours(4), [this] { seen_.push_back("due"); });
  const TimerId cancelled = loop_->RunAfter(absl::Hours(4), [this] { seen_.push_back("never"); });
  EXPECT_TRUE(loop_->Cancel(cancelled));
  clock_.Advance(absl::Hours(4) - absl::Nanoseconds(1));
  Turn();
  EXPECT_THAT(seen_, IsEmpty());
  clock_.Advance(absl::Nanoseconds(1));
  Turn();
  EXPECT_THAT(seen_, ElementsAre("due"));
}

TEST_F(EventLoopTest, WaitsForATimerAndNotLonger) {
  FC_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<EventLoop> loop, EventLoop::Create(SystemClock()));
  bool ran = false;
  loop->RunAfter(absl::Milliseconds(1), [&] { ran = true; });
  loop->RunOnce(absl::Hours(1));
  EXPECT_TRUE(ran);
}

TEST_F(EventLoopTest, RunsWhatIsPostedInOrder) {
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_TRUE(loop_->poster().Post([this, name] { seen_.push_back(name); }));
  }
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a", "b", "c"));
}

TEST_F(EventLoopTest, WhatAPostedClosurePostsRunsInTheNextTurn) {
  loop_->poster().Post([this] { loop_->poster().Post([this] { seen_.push_back("second"); }); });
  Turn();
  EXPECT_THAT(seen_, IsEmpty());
  Turn();
  EXPECT_THAT(seen_, ElementsAre("second"));
}

TEST_F(EventLoopTest, ATurnRunsSoManyDeferredAfterAllElseAndInOrder) {
  SocketPair pair;
  pair.TheySend();
  for (size_t i = 0; i <= EventLoop::kDeferredPerTurn; ++i) {
    loop_->Defer([this, i] { seen_.push_back(absl::StrCat("deferred ", i)); });
  }
  loop_->poster().Post([this] { seen_.push_back("posted"); });
  loop_->RunAfter(absl::ZeroDuration(), [this] { seen_.push_back("due"); });
  Watch(pair.ours.get(), {.read = true}, "fresh");
  Turn();
  EXPECT_THAT(seen_, ElementsAre("fresh read", "posted", "due", "deferred 0", "deferred 1",
                                 "deferred 2", "deferred 3"));
  seen_.clear();
  Turn();
  EXPECT_THAT(seen_, ElementsAre("fresh read", "deferred 4"));
}

TEST_F(EventLoopTest, WhatIsDeferredAgainWaitsForTheOthersAndForANewTurn) {
  loop_->Defer([this] {
    seen_.push_back("a1");
    loop_->Defer([this] { seen_.push_back("a2"); });
  });
  loop_->Defer([this] { seen_.push_back("b"); });
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a1", "b"));
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a1", "b", "a2"));
}

TEST_F(EventLoopTest, WhatIsCancelledTakesNobodysPlace) {
  std::vector<EventLoop::DeferredId> cancelled;
  const auto shared = std::make_shared<int>(0);
  for (size_t i = 0; i < 100; ++i) {
    cancelled.push_back(loop_->Defer([this, shared] { seen_.push_back("cancelled"); }));
  }
  EventLoop::DeferredId last = 0;
  loop_->Defer([&] {
    seen_.push_back("a");
    loop_->CancelDeferred(last);
  });
  last = loop_->Defer([this] { seen_.push_back("cancelled by another"); });
  for (const EventLoop::DeferredId id : cancelled) loop_->CancelDeferred(id);
  EXPECT_EQ(shared.use_count(), 1);
  Turn();
  EXPECT_THAT(seen_, ElementsAre("a"));
  loop_->CancelDeferred(cancelled[0]);
}

TEST_F(EventLoopTest, NoTurnWaitsWhileSomethingIsDeferred) {
  FC_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<EventLoop> loop, EventLoop::Create(SystemClock()));
  bool ran = false;
  loop->Defer([&] { ran = true; });
  loop->RunOnce(absl::Hours(1));
  EXPECT_TRUE(ran);
}

TEST_F(EventLoopTest, WhatIsStillDeferredAtTheEndIsNotRun) {
  bool ran = false;
  const auto shared = std::make_shared<int>(0);
  loop_->Defer([&ran, shared] { ran = true; });
  loop_.reset();
  EXPECT_FALSE(ran);
  EXPECT_EQ(shared.use_count(), 1);
}

TEST_F(EventLoopTest, TakesPostsFromManyThreadsWhileItRuns) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 5000;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, poster = loop_->poster()] {
      for (int j = 0; j < kPosts; ++j) {
        poster.Post([&] {
          if (++count == kThreads * kPosts) loop_->Stop();
        });
      }
    });
  }
  loop_->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, kThreads * kPosts);
}

TEST_F(EventLoopTest, APosterOutlivesItsLoop) {
  const Poster poster = loop_->poster();
  bool ran = false;
  EXPECT_TRUE(poster.Post([&] { ran = true; }));
  loop_.reset();
  EXPECT_FALSE(poster.Post([&] { ran = true; }));
  EXPECT_FALSE(ran);
}

TEST_F(EventLoopTest, StopFromAnotherThreadEndsRun) {
  std::thread stopper([this] { loop_->Stop(); });
  loop_->Run();
  stopper.join();
  loop_->Run();
}

}  // namespace
}  // namespace fluxcascade
