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

}  // namespace
}  // namespace fluxcascade
