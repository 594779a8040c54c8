#include "common/random/random.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/random/fake_random.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// Gives the numbers it was given, in order.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<uint64_t> numbers) : numbers_(std::move(numbers)) {}

  void Fill(void* data, size_t size) override {
    ASSERT_EQ(size, sizeof(uint64_t));
    ASSERT_LT(used_, numbers_.size());
    std::memcpy(data, &numbers_[used_++], size);
  }
  size_t used() const { return used_; }

 private:
  std::vector<uint64_t> numbers_;
  size_t used_ = 0;
};

TEST(RandomTest, BytesGivesAsManyAsAskedFor) {
  FakeRandom random;
  EXPECT_EQ(random.Bytes(0), "");
  EXPECT_EQ(random.Bytes(17).size(), 17u);
}

TEST(RandomTest, BelowReachesEveryNumberAndNoOther) {
  FakeRandom random;
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Below(5));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(random.Below(1), 0u);
}

TEST(RandomTest, BelowDrawsAgainWhereTheRemainderWouldBeBiased) {
  // 2^64 mod 10 is 6: 0 to 5 are drawn again.
  ScriptedRandom random({0, 5, 6});
  EXPECT_EQ(random.Below(10), 6u);
  EXPECT_EQ(random.used(), 3u);
}

TEST(SecureRandomTest, GivesOtherBytesEachTime) {
  EXPECT_NE(SecureRandom().Bytes(16), SecureRandom().Bytes(16));
}

TEST(RandomDeathTest, BelowZeroStopsTheProcess) {
  FakeRandom random;
  EXPECT_DEATH(random.Below(0), "bound > 0");
}

}  // namespace
}  // namespace fluxcascade
