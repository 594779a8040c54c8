#include "common/rocks/unsynced_bytes.h"

#include <cstddef>
#include <random>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::SizeIs;
using testing::StartsWith;

constexpr size_t kSynced = 5000;
constexpr int kTries = 300;

class UnsyncedBytesTest : public testing::Test {
 protected:
  std::string Find(Unsynced unsynced) {
    return FoundAfterPowerCut(bytes_, kSynced, unsynced, random_);
  }

  const std::string bytes_ = std::string(20'000, 'x');
  std::mt19937_64 random_{1};
};

TEST_F(UnsyncedBytesTest, WhatWasSyncedIsAlwaysThere) {
  for (int i = 0; i < kTries; ++i) {
    EXPECT_THAT(Find(AnyUnsynced(random_)), StartsWith(std::string(kSynced, 'x')));
  }
  EXPECT_EQ(FoundAfterPowerCut(bytes_, bytes_.size(), Unsynced::kWithout512, random_), bytes_);
}

TEST_F(UnsyncedBytesTest, GoneMeansNothingMore) {
  EXPECT_THAT(Find(Unsynced::kGone), SizeIs(kSynced));
}

TEST_F(UnsyncedBytesTest, TornIsABeginning) {
  std::set<size_t> sizes;
  for (int i = 0; i < kTries; ++i) {
    const std::string found = Find(Unsynced::kTorn);
    EXPECT_THAT(bytes_, StartsWith(found));
    sizes.insert(found.size());
  }
  EXPECT_GT(sizes.size(), kTries / 2u);
}

TEST_F(UnsyncedBytesTest, LostSectorsAreWholeOnesAndLaterOnesMayBeThere) {
  int holes = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::string found = Find(Unsynced::kWithout4096);
    size_t at = kSynced;
    for (size_t end = 8192; at < found.size(); at = end, end += 4096) {
      const std::string sector = found.substr(at, end - at);
      EXPECT_EQ(std::set<char>(sector.begin(), sector.end()).size(), 1u) << at;
    }
    const size_t hole = found.find('\0');
    if (hole != std::string::npos && found.find('x', hole) != std::string::npos) ++holes;
  }
  EXPECT_GT(holes, kTries / 4);
}

}  // namespace
}  // namespace fluxcascade
