#include "common/time/waker.h"

#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

constexpr absl::Duration kForever = absl::InfiniteDuration();

TEST(WakerTest, KeepsAWakeUpThatComesBeforeTheWait) {
  Waker waker;
  waker.Wake();
  EXPECT_TRUE(waker.WaitFor(kForever));
}

TEST(WakerTest, ManyWakeUpsAreAsGoodAsOne) {
  Waker waker;
  waker.Wake();
  waker.Wake();
  EXPECT_TRUE(waker.WaitFor(kForever));
  EXPECT_TRUE(waker.WaitFor(absl::ZeroDuration()));  // would hang, were it given kForever
}

TEST(WakerTest, ReturnsWhenTheTimeHasPassed) {
  Waker waker;
  EXPECT_TRUE(waker.WaitFor(absl::Microseconds(1)));
  EXPECT_FALSE(waker.stopped());
}

TEST(WakerTest, WakesAThreadThatWaits) {
  Waker waker;
  std::thread other([&] { waker.Wake(); });
  EXPECT_TRUE(waker.WaitFor(kForever));
  other.join();
}

TEST(WakerTest, StopEndsThisWaitAndEveryLaterOne) {
  Waker waker;
  std::thread other([&] { waker.Stop(); });
  EXPECT_FALSE(waker.WaitFor(kForever));
  other.join();
  EXPECT_FALSE(waker.WaitFor(kForever));
  EXPECT_FALSE(waker.WaitFor(kForever));
  EXPECT_TRUE(waker.stopped());
}

}  // namespace
}  // namespace fluxcascade
