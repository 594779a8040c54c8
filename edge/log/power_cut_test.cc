// Cuts the power of a log in the middle of its work. See power_cut_harness.h for what must hold.

#include <algorithm>
#include <cstdint>
#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/status/status_matchers.h"
#include "edge/log/power_cut_harness.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

// Of each part; the parts can run side by side.
constexpr uint64_t kSeeds = 250;
constexpr uint64_t kParts = 4;
constexpr int kCutsPerSeed = 3;

// Sums over all seeds.
struct Reached {
  uint64_t acknowledged = 0;
  uint64_t interruptions = 0;
  uint64_t tables = 0;
  uint64_t trims = 0;
  absl::Duration longest_recovery;

  void Add(const PowerCutHarness& harness) {
    acknowledged += harness.acknowledged_requests();
    interruptions += harness.interruptions();
    tables += harness.tables_seen();
    trims += harness.trims();
    longest_recovery = std::max(longest_recovery, harness.longest_recovery());
  }
};

class PowerCutTest : public testing::TestWithParam<uint64_t> {};

TEST_P(PowerCutTest, WhatWasAcknowledgedIsThereAfterEveryCut) {
  Reached reached;
  const uint64_t first = GetParam() * kSeeds + 1;
  for (uint64_t seed = first; seed < first + kSeeds; ++seed) {
    PowerCutHarness harness(seed, PowerCutFileSystem::Sync::kWorks);
    for (int cut = 1; cut <= kCutsPerSeed; ++cut) {
      FC_ASSERT_OK(harness.CutOnce()) << "seed " << seed << ", cut " << cut;
    }
    reached.Add(harness);
  }
  RecordProperty("acknowledged_requests", absl::StrCat(reached.acknowledged));
  RecordProperty("interruptions", absl::StrCat(reached.interruptions));
  RecordProperty("tables_seen", absl::StrCat(reached.tables));
  RecordProperty("trims", absl::StrCat(reached.trims));
  RecordProperty("longest_recovery", absl::FormatDuration(reached.longest_recovery));
  std::cout << "longest recovery: " << reached.longest_recovery << std::endl;
  // The load reaches what it means to cut.
  EXPECT_GT(reached.acknowledged, kSeeds * 100);
  EXPECT_GT(reached.interruptions, 2 * kSeeds);
  EXPECT_GT(reached.tables, kSeeds);
  EXPECT_GT(reached.trims, kSeeds);
}

INSTANTIATE_TEST_SUITE_P(Parts, PowerCutTest, testing::Range(uint64_t{0}, kParts));

// The same with writes that are not synced, to show that the test above would see it.
TEST(LyingDiskTest, ALogWhoseSyncsDoNothingIsCaught) {
  uint64_t caught = 0;
  constexpr uint64_t kTries = 20;
  for (uint64_t seed = 1; seed <= kTries; ++seed) {
    PowerCutHarness harness(seed, PowerCutFileSystem::Sync::kLies);
    absl::Status status;
    for (int cut = 1; cut <= kCutsPerSeed && status.ok(); ++cut) status = harness.CutOnce();
    if (!status.ok()) ++caught;
  }
  EXPECT_GT(caught, kTries / 2);
}

}  // namespace
}  // namespace fluxcascade::edge
