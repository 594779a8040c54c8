#include "common/server/signal_waiter.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(SignalWaiterTest, GivesASignalThatCameBefore) {
  SignalWaiter waiter;
  kill(getpid(), SIGTERM);
  EXPECT_EQ(waiter.Wait(), SIGTERM);
}

TEST(SignalWaiterTest, WaitsForASignalWhileThreadsRun) {
  SignalWaiter waiter;
  std::thread sender([] { kill(getpid(), SIGINT); });
  EXPECT_EQ(waiter.Wait(), SIGINT);
  sender.join();
}

TEST(SignalWaiterTest, GivesNothingWhenTheTimeHasPassed) {
  SignalWaiter waiter;
  EXPECT_EQ(waiter.WaitFor(absl::Microseconds(1)), std::nullopt);
  EXPECT_EQ(waiter.WaitFor(-absl::Seconds(1)), std::nullopt);
  kill(getpid(), SIGTERM);
  EXPECT_EQ(waiter.WaitFor(absl::Minutes(1)), SIGTERM);
}

TEST(SignalWaiterTest, TellsOfAHangupAndWaitsOn) {
  SignalWaiter waiter(SignalWaiter::Hangup::kTaken);
  int hangups = 0;
  kill(getpid(), SIGHUP);
  const int ended_by = waiter.Wait([&] {
    if (++hangups == 1) {
      kill(getpid(), SIGHUP);
    } else {
      kill(getpid(), SIGTERM);
    }
  });
  EXPECT_EQ(ended_by, SIGTERM);
  EXPECT_EQ(hangups, 2);
}

TEST(SignalWaiterTest, AHangupEndsNoWaitForATime) {
  SignalWaiter waiter(SignalWaiter::Hangup::kTaken);
  int hangups = 0;
  kill(getpid(), SIGHUP);
  EXPECT_EQ(waiter.WaitFor(absl::Milliseconds(1), [&] { ++hangups; }), std::nullopt);
  EXPECT_EQ(hangups, 1);
  kill(getpid(), SIGHUP);
  EXPECT_EQ(waiter.WaitFor(absl::Minutes(1), [] { kill(getpid(), SIGTERM); }), SIGTERM);
}

TEST(SignalWaiterTest, AClosedPipeIsAnErrorOfTheWrite) {
  SignalWaiter waiter;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_EQ(write(ends[1], "x", 1), -1);
  close(ends[1]);
}

TEST(SignalWaiterDeathTest, ASecondSignalEndsTheProcess) {
  const auto take_two = [] {
    SignalWaiter waiter;
    kill(getpid(), SIGTERM);
    waiter.Wait();
    kill(getpid(), SIGINT);
    std::exit(0);  // not reached
  };
  EXPECT_EXIT(take_two(), testing::KilledBySignal(SIGINT), "");
}

TEST(SignalWaiterDeathTest, AHangupThatIsTakenNeverEndsTheProcess) {
  const auto hang_up_in_the_end = [] {
    {
      SignalWaiter waiter(SignalWaiter::Hangup::kTaken);
      kill(getpid(), SIGTERM);
      waiter.Wait();
      kill(getpid(), SIGHUP);
    }
    kill(getpid(), SIGHUP);
    std::exit(0);
  };
  EXPECT_EXIT(hang_up_in_the_end(), testing::ExitedWithCode(0), "");
}

TEST(SignalWaiterDeathTest, AHangupThatIsLeftAloneEndsTheProcess) {
  const auto hang_up = [] {
    signal(SIGHUP, SIG_DFL);
    SignalWaiter waiter;
    kill(getpid(), SIGHUP);
    std::exit(0);  // not reached
  };
  EXPECT_EXIT(hang_up(), testing::KilledBySignal(SIGHUP), "");
}

}  // namespace
}  // namespace fluxcascade
