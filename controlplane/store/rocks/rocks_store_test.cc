// What is RocksStore's own: opening, and what is there after it was closed. What every store does
// is in the conformance suite.
#include "controlplane/store/rocks/rocks_store.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/rocks/store_dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::App;
using store::v1::DIRECTION_INBOUND;
using store::v1::QueueItem;
using testing::HasSubstr;
using testing::SizeIs;

class RocksStoreTest : public testing::Test {
 protected:
  void Open() { FC_ASSERT_OK_AND_ASSIGN(store_, RocksStore::Open({"/store", env_.get()})); }
  void SetUp() override { Open(); }
  void Reopen() {
    store_ = nullptr;
    Open();
  }

  absl::Status Add(const std::string& delivery, absl::Time due,
                   const std::string& destination = "crm") {
    QueueItem item;
    item.set_delivery(delivery);
    item.set_direction(DIRECTION_INBOUND);
    item.set_destination(destination);
    *item.mutable_due_time() = ToProto(due);
    return store_->Run([&](Transaction& tx) { return tx.queue().Enqueue(item); });
  }

  std::vector<QueueItem> Claim(absl::Time now) {
    ClaimRequest request;
    request.direction = DIRECTION_INBOUND;
    request.now = now;
    request.limit = 100;
    request.holder = "me";
    request.lease = absl::Minutes(1);
    std::vector<QueueItem> claimed;
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(claimed, tx.queue().ClaimDue(request));
      return absl::OkStatus();
    }));
    return claimed;
  }

  std::unique_ptr<rocksdb::Env> env_{rocksdb::NewMemEnv(rocksdb::Env::Default())};
  std::unique_ptr<RocksStore> store_;
  const absl::Time now_ = absl::FromUnixSeconds(1767225600);
};

TEST_F(RocksStoreTest, AStoreIsOpenOnlyOnce) {
  const auto second = RocksStore::Open({"/store", env_.get()});
  EXPECT_THAT(second, StatusIs(StatusCode::kFailedPrecondition,
                               HasSubstr("/store can't be opened: another process")));
  EXPECT_EQ(second.status().message().find('\n'), absl::string_view::npos);
}

TEST(RocksStoreOnDiskTest, AStoreIsOpenOnlyOnceOnDiskToo) {
  const std::string path = testing::TempDir() + "/store";
  FC_ASSERT_OK_AND_ASSIGN(const auto store, RocksStore::Open({path, nullptr}));
  EXPECT_THAT(RocksStore::Open({path, nullptr}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("another process has it open")));
}

TEST(RocksStoreOnDiskTest, AFolderThatCannotBeMadeIsNoLockedStore) {
  EXPECT_THAT(RocksStore::Open({"/proc/lock file/store", nullptr}),
              StatusIs(testing::Not(StatusCode::kFailedPrecondition)));
}

TEST_F(RocksStoreTest, WhatWasWrittenIsThereAfterItWasClosed) {
  FC_ASSERT_OK(Add("due", now_));
  FC_ASSERT_OK(Add("later", now_ + absl::Hours(1), "erp"));
  Reopen();
  EXPECT_THAT(Claim(now_), SizeIs(1));
  Reopen();
  EXPECT_THAT(Claim(now_ + absl::Hours(2)), SizeIs(2));
}

TEST_F(RocksStoreTest, AWriteInAReadStopsTheProcess) {
  App app;
  app.set_name("workspaces/default/apps/a");
  EXPECT_DEATH(store_->Read([&](Transaction& tx) { return tx.apps().Insert(app); }).IgnoreError(),
               "check failed");
}

TEST_F(RocksStoreTest, ABodyThatAlwaysConflictsGivesUpInTheEnd) {
  App app;
  app.set_name("workspaces/default/apps/a");
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) { return tx.apps().Insert(app); }));
  int runs = 0;
  EXPECT_THAT(store_->Run([&](Transaction& tx) {
    ++runs;
    std::thread([&] {
      FC_EXPECT_OK(store_->Run([&](Transaction& other) { return other.apps().Update(app); }));
    }).join();
    return tx.apps().Update(app);
  }),
              StatusIs(StatusCode::kAborted));
  EXPECT_EQ(runs, RocksStore::kMaxTries);
}

// A filter that little passes must not make one call look at everything.
TEST_F(RocksStoreTest, APageLooksAtABoundedNumberOfRecords) {
  FC_ASSERT_OK(store_->Run([](Transaction& tx) {
    for (int i = 0; i < 5001; ++i) {
      store::v1::SyncLog log;
      log.set_name(absl::StrCat("workspaces/default/syncLogs/", 10000 + i));
      log.set_mapping("m");
      log.set_result(i == 0 ? store::v1::SyncLog::RESULT_UPDATED
                            : store::v1::SyncLog::RESULT_CREATED);
      FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));
    }
    return absl::OkStatus();
  }));
  Page<store::v1::SyncLog> page;
  const auto list = [&](const std::string& after) {
    return store_->Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(
          page, tx.sync_logs().List("workspaces/default",
                                    {"m", "", store::v1::SyncLog::RESULT_UPDATED}, {50, after}));
      return absl::OkStatus();
    });
  };
  FC_ASSERT_OK(list(""));
  EXPECT_THAT(page.items, testing::IsEmpty());
  ASSERT_NE(page.next, "");
  FC_ASSERT_OK(list(page.next));
  EXPECT_THAT(page.items, SizeIs(1));
  EXPECT_EQ(page.next, "");
}

TEST_F(RocksStoreTest, WhatWasTrimmedLeavesNoCounters) {
  const auto delivery = [&](int number) {
    store::v1::Delivery delivery;
    delivery.set_name(absl::StrCat("workspaces/default/deliveries/", number));
    delivery.set_state(store::v1::Delivery::STATE_SUCCEEDED);
    *delivery.mutable_update_time() = ToProto(now_ + absl::Minutes(number / 2));
    return delivery;
  };
  store_ = nullptr;
  FC_ASSERT_OK_AND_ASSIGN(const std::string before, DumpStore("/store", env_.get()));
  Open();
  for (int i = 0; i < 4; ++i) {
    FC_ASSERT_OK(store_->Run([&](Transaction& tx) { return tx.deliveries().Insert(delivery(i)); }));
  }
  for (int i = 0; i < 4; ++i) {
    FC_ASSERT_OK(store_->Run(
        [&](Transaction& tx) { return tx.deliveries().Trim(now_ + absl::Hours(1), 1).status(); }));
  }
  store_ = nullptr;
  FC_ASSERT_OK_AND_ASSIGN(const std::string after, DumpStore("/store", env_.get()));
  EXPECT_EQ(after, before);
}

// The bound from which a destination's line is scanned never hides an item.
TEST_F(RocksStoreTest, ManyThreadsEnqueueAndClaimAndNothingStaysBehind) {
  constexpr int kThreads = 4;
  constexpr int kItems = 50;
  std::atomic<int> finished = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kItems; ++i) {
        // Times go up and down, so that bounds do too.
        FC_EXPECT_OK(Add(absl::StrCat(t, "-", i), now_ - absl::Seconds((i * 37) % 11),
                         absl::StrCat("to", i % 2)));
        for (const QueueItem& item : Claim(now_)) {
          FC_EXPECT_OK(store_->Run([&](Transaction& tx) { return tx.queue().Finish(item); }));
          ++finished;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const QueueItem& item : Claim(now_)) {
    FC_EXPECT_OK(store_->Run([&](Transaction& tx) { return tx.queue().Finish(item); }));
    ++finished;
  }
  EXPECT_EQ(finished, kThreads * kItems);
}

}  // namespace
}  // namespace fluxcascade
