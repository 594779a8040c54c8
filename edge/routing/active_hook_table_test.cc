#include "edge/routing/active_hook_table.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "common/status/status_matchers.h"
#include "edge/routing/hook_table.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

std::shared_ptr<const HookTable> TableOfVersion(int64_t version) {
  v1::Config config;
  config.set_version(version);
  auto table = HookTable::Build(config, /*max_body_bytes=*/1000);
  EXPECT_THAT(table, IsOk());
  return *std::move(table);
}

TEST(ActiveHookTableTest, ThereIsNoneAtFirst) {
  ActiveHookTable active;
  EXPECT_EQ(active.Get(), nullptr);
  EXPECT_EQ(active.GetOften(), nullptr);
}

TEST(ActiveHookTableTest, WhatReplacesItIsSeenAtOnce) {
  ActiveHookTable active;
  for (int64_t version = 1; version <= 3; ++version) {
    const auto table = TableOfVersion(version);
    active.Replace(table);
    EXPECT_EQ(active.Get(), table);
    EXPECT_EQ(active.GetOften().get(), table.get());
    EXPECT_EQ(active.GetOften().get(), table.get());
  }
}

TEST(ActiveHookTableTest, AThreadThatAskedAnotherBeforeGetsThatOfTheOneItAsks) {
  ActiveHookTable one;
  ActiveHookTable two;
  ActiveHookTable none;
  one.Replace(TableOfVersion(1));
  two.Replace(TableOfVersion(2));
  EXPECT_EQ(one.GetOften()->version(), 1);
  EXPECT_EQ(two.GetOften()->version(), 2);
  EXPECT_EQ(none.GetOften(), nullptr);
  EXPECT_EQ(one.GetOften()->version(), 1);
}

TEST(ActiveHookTableTest, WhatWasReplacedGoesWithItsLastUser) {
  ActiveHookTable active;
  auto table = TableOfVersion(1);
  const std::weak_ptr<const HookTable> first = table;
  active.Replace(std::move(table));
  auto used = active.GetOften();
  active.Replace(TableOfVersion(2));
  EXPECT_EQ(active.GetOften()->version(), 2);
  EXPECT_FALSE(first.expired());
  used.reset();
  EXPECT_TRUE(first.expired());
}

TEST(ActiveHookTableTest, ThreadsThatAskWhileItIsReplacedNeverGoBack) {
  constexpr int64_t kVersions = 1000;
  ActiveHookTable active;
  active.Replace(TableOfVersion(1));
  std::atomic<bool> all_replaced = false;
  std::atomic<int> backwards = 0;
  std::atomic<int> stale = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      int64_t seen = 0;
      for (bool last = false; !last;) {
        last = all_replaced;
        const int64_t version = active.GetOften()->version();
        if (version < seen) ++backwards;
        seen = version;
      }
      if (seen != kVersions) ++stale;
    });
  }
  for (int64_t version = 2; version <= kVersions; ++version) {
    active.Replace(TableOfVersion(version));
  }
  all_replaced = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(backwards, 0);
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace fluxcascade::edge
