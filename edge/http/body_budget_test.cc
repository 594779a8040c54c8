#include "edge/http/body_budget.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kUnknown = 0;

class BodyBudgetTest : public testing::Test {
 protected:
  BodyBudget budget_{1000};
  BodyBudget::Share one_{budget_};
  BodyBudget::Share other_{budget_};
};

TEST_F(BodyBudgetTest, HoldsTheLimitAndNotOneByteMore) {
  EXPECT_TRUE(one_.Hold(600, kUnknown));
  EXPECT_TRUE(other_.Hold(400, kUnknown));
  EXPECT_EQ(budget_.used(), 1000u);
  EXPECT_FALSE(one_.Hold(601, kUnknown));
  EXPECT_EQ(budget_.used(), 1000u) << "what was held is still held";
}

TEST_F(BodyBudgetTest, ABodyThatIsAnnouncedMustFit) {
  ASSERT_TRUE(one_.Hold(600, kUnknown));
  EXPECT_FALSE(other_.Hold(0, 401));
  EXPECT_TRUE(other_.Hold(0, 400));
}

TEST_F(BodyBudgetTest, WhatIsAnnouncedTakesNothing) {
  EXPECT_TRUE(one_.Hold(0, 1000));
  EXPECT_TRUE(other_.Hold(0, 1000));
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(BodyBudgetTest, ABodyThatWasLetInIsHeldToWhatComes) {
  ASSERT_TRUE(one_.Hold(0, 1000));
  ASSERT_TRUE(other_.Hold(100, 200));
  EXPECT_TRUE(one_.Hold(900, 1000));
  EXPECT_FALSE(one_.Hold(901, 1000));
}

TEST_F(BodyBudgetTest, ThereIsRoomAgainAfterwards) {
  {
    BodyBudget::Share ending(budget_);
    ASSERT_TRUE(ending.Hold(500, kUnknown));
    ASSERT_TRUE(one_.Hold(500, kUnknown));
    ASSERT_FALSE(other_.Hold(1, kUnknown));
    one_.Release();
    EXPECT_EQ(budget_.used(), 500u);
  }
  EXPECT_EQ(budget_.used(), 0u);
  EXPECT_TRUE(one_.Hold(1000, 1000)) << "as the next body of the same connection";
}

TEST_F(BodyBudgetTest, CountsOverManyThreads) {
  BodyBudget budget(2000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&budget] {
      BodyBudget::Share share(budget);
      for (int round = 0; round < 10000; ++round) {
        EXPECT_TRUE(share.Hold(200, kUnknown));
        EXPECT_TRUE(share.Hold(500, kUnknown));
        share.Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.used(), 0u);
}

}  // namespace
}  // namespace fluxcascade::edge
