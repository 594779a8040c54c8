#include "common/server/watchdog.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;

class WatchdogTest : public testing::Test {
 protected:
  std::vector<std::string> told_;
  // What the slow thread was asked, and has not answered.
  std::function<void()> unanswered_;
  bool hangs_ = false;
  Watchdog watchdog_{{{"quick", [](const std::function<void()>& alive) { alive(); }},
                      {"slow",
                       [this](std::function<void()> alive) {
                         if (hangs_) {
                           unanswered_ = std::move(alive);
                         } else {
                           alive();
                         }
                       }}},
                     [this](absl::string_view state) { told_.emplace_back(state); }};
};

TEST_F(WatchdogTest, WhileAllThreadsAnswerTheManagerHears) {
  watchdog_.Beat();
  watchdog_.Beat();
  EXPECT_THAT(told_, ElementsAre("WATCHDOG=1", "WATCHDOG=1"));
}

TEST_F(WatchdogTest, WhileOneHangsItHearsNothing) {
  hangs_ = true;
  watchdog_.Beat();
  told_.clear();
  for (int i = 0; i < 3; ++i) watchdog_.Beat();
  EXPECT_THAT(told_, ElementsAre());
  hangs_ = false;
  unanswered_();
  watchdog_.Beat();
  EXPECT_THAT(told_, ElementsAre("WATCHDOG=1"));
}

TEST_F(WatchdogTest, AThreadThatHangsIsSeenInTime) {
  // Asked just before it began to hang, it is seen at the second beat from then on, and before the
  // manager's patience ends.
  EXPECT_LT(2 * Watchdog::IntervalFor(absl::Seconds(60)), absl::Seconds(60));
}

}  // namespace
}  // namespace fluxcascade
