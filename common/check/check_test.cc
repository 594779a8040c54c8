#include "common/check/check.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(CheckTest, LetsWhatHoldsPassAndEvaluatesItOnce) {
  int evaluated = 0;
  FC_CHECK(++evaluated == 1);
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, StopsTheProcessAndNamesThePlaceAndTheCondition) {
  const int bound = 0;
  EXPECT_DEATH(FC_CHECK(bound > 0), "check_test.cc:[0-9]+: check failed: bound > 0");
}

}  // namespace
}  // namespace fluxcascade
