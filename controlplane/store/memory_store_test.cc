#include "controlplane/store/memory_store.h"

#include <memory>
#include <set>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;

store::v1::Workspace WorkspaceNamed(const std::string& name) {
  store::v1::Workspace workspace;
  workspace.set_name(name);
  return workspace;
}

TEST(MemoryStoreTest, KeepsWhatWasCommitted) {
  const std::unique_ptr<Store> store = MakeTestStore();
  FC_ASSERT_OK(store->Run(
      [](Transaction& tx) { return tx.workspaces().Insert(WorkspaceNamed("workspaces/a")); }));
  FC_EXPECT_OK(
      store->Read([](Transaction& tx) { return tx.workspaces().Get("workspaces/a").status(); }));
}

TEST(MemoryStoreTest, EachIsEmptyAtFirst) {
  const std::unique_ptr<Store> one = MakeTestStore();
  const std::unique_ptr<Store> other = MakeTestStore();
  FC_ASSERT_OK(one->Run(
      [](Transaction& tx) { return tx.workspaces().Insert(WorkspaceNamed("workspaces/a")); }));
  EXPECT_THAT(
      other->Read([](Transaction& tx) { return tx.workspaces().Get("workspaces/a").status(); }),
      StatusIs(StatusCode::kNotFound));
}

TEST(MemoryStoreTest, ShowsASideEffectOfABody) {
  const std::unique_ptr<Store> store = MakeTestStore();
  std::set<int> runs_per_call;
  for (int i = 0; i < 20; ++i) {
    int runs = 0;
    FC_ASSERT_OK(store->Run([&](Transaction&) {
      ++runs;
      return absl::OkStatus();
    }));
    runs_per_call.insert(runs);
  }
  EXPECT_THAT(runs_per_call, testing::ElementsAre(1, 2));
}

}  // namespace
}  // namespace fluxcascade
