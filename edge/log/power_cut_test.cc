// Cuts the power of a log in the middle of its work. See power_cut_harness.h for what must hold.

#include <cstdint>

#include "absl/status/status.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/status/status_matchers.h"
#include "edge/log/power_cut_harness.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr uint64_t kSeeds = 200;
constexpr int kCutsPerSeed = 3;

TEST(PowerCutTest, WhatWasAcknowledgedIsThereAfterEveryCut) {
  uint64_t acknowledged = 0;
  uint64_t interruptions = 0;
  uint64_t tables = 0;
  uint64_t trims = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PowerCutHarness harness(seed, PowerCutFileSystem::Sync::kWorks);
    for (int cut = 1; cut <= kCutsPerSeed; ++cut) {
      FC_ASSERT_OK(harness.CutOnce()) << "seed " << seed << ", cut " << cut;
    }
    acknowledged += harness.acknowledged_requests();
    interruptions += harness.interruptions();
    tables += harness.tables_seen();
    trims += harness.trims();
  }
  RecordProperty("acknowledged_requests", static_cast<int>(acknowledged));
  RecordProperty("interruptions", static_cast<int>(interruptions));
  RecordProperty("tables_seen", static_cast<int>(tables));
  RecordProperty("trims", static_cast<int>(trims));
  // The load reaches what it means to cut.
  EXPECT_GT(acknowledged, kSeeds * 100);
  EXPECT_GT(interruptions, 2 * kSeeds);
  EXPECT_GT(tables, kSeeds);
  EXPECT_GT(trims, kSeeds);
}

// The same with writes that are not synced, to show that the test above would see it.
TEST(PowerCutTest, ALogWhoseSyncsDoNothingIsCaught) {
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
