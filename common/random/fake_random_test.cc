#include "common/random/fake_random.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(FakeRandomTest, TheSameSeedGivesTheSameBytes) {
  EXPECT_EQ(FakeRandom(7).Bytes(33), FakeRandom(7).Bytes(33));
  EXPECT_NE(FakeRandom(7).Bytes(33), FakeRandom(8).Bytes(33));
}

TEST(FakeRandomTest, GoesOnWithOtherBytes) {
  FakeRandom random;
  EXPECT_NE(random.Bytes(8), random.Bytes(8));
}

}  // namespace
}  // namespace fluxcascade
