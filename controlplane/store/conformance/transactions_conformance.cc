// What Run and Read promise.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/conformance/conformance_test_suite.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::App;
using store::v1::Connection;
using store::v1::Delivery;
using store::v1::QueueItem;

constexpr char kApp[] = "workspaces/default/apps/a";

App AppNamed(const std::string& name, int64_t revision = 0) {
  App app;
  app.set_name(name);
  app.set_revision(revision);
  return app;
}

Connection ConnectionOf(const std::string& id, const std::string& app) {
  Connection connection;
  connection.set_name(absl::StrCat("workspaces/default/connections/", id));
  connection.set_app(app);
  connection.set_account_id("1");
  return connection;
}

QueueItem ItemNamed(const std::string& name) {
  QueueItem item;
  item.set_delivery(name);
  item.set_direction(store::v1::DIRECTION_INBOUND);
  item.set_destination("crm");
  return item;
}

TEST_P(StoreConformanceTest, WhatIsCommittedIsSeenAfterwards) {
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.apps().Insert(AppNamed(kApp)); }));
  FC_EXPECT_OK(Read([](Transaction& tx) { return tx.apps().Get(kApp); }));
  FC_EXPECT_OK(Run([](Transaction& tx) { return tx.apps().Get(kApp); }));
}

TEST_P(StoreConformanceTest, ABodySeesWhatItWrote) {
  FC_EXPECT_OK(Run([](Transaction& tx) -> absl::StatusOr<App> {
    FC_RETURN_IF_ERROR(tx.apps().Insert(AppNamed(kApp)));
    FC_RETURN_IF_ERROR(tx.apps().Update(AppNamed(kApp, 7)));
    FC_ASSIGN_OR_RETURN(const App app, tx.apps().Get(kApp));
    EXPECT_EQ(app.revision(), 7);
    FC_ASSIGN_OR_RETURN(const Page<App> page, tx.apps().List("workspaces/default", {}));
    EXPECT_EQ(page.items.size(), 1u);
    return app;
  }));
}

TEST_P(StoreConformanceTest, ABodyThatFailsLeavesNothingAndItsStatusIsGiven) {
  // kAborted too: it is the body's own, and no reason to run it again.
  for (const StatusCode code : {StatusCode::kInvalidArgument, StatusCode::kAborted}) {
    EXPECT_THAT(Write([&](Transaction& tx) {
                  FC_RETURN_IF_ERROR(tx.apps().Insert(AppNamed(kApp)));
                  return absl::Status(code, "no");
                }),
                StatusIs(code, "no"));
  }
  EXPECT_THAT(Read([](Transaction& tx) { return tx.apps().Get(kApp); }),
              StatusIs(StatusCode::kNotFound));
}

TEST_P(StoreConformanceTest, AReadSeesOneMomentThroughout) {
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.apps().Insert(AppNamed(kApp, 1)); }));
  FC_ASSERT_OK(Read([&](Transaction& tx) -> absl::StatusOr<App> {
    FC_RETURN_IF_ERROR(tx.apps().Get(kApp).status());
    FC_RETURN_IF_ERROR(WriteMeanwhile([](Transaction& other) {
      FC_RETURN_IF_ERROR(other.apps().Update(AppNamed(kApp, 2)));
      return other.apps().Insert(AppNamed("workspaces/default/apps/b"));
    }));
    FC_ASSIGN_OR_RETURN(const Page<App> page, tx.apps().List("", {}));
    EXPECT_EQ(page.items.size(), 1u);
    FC_ASSIGN_OR_RETURN(const App app, tx.apps().Get(kApp));
    EXPECT_EQ(app.revision(), 1);
    return app;
  }));
}

TEST_P(StoreConformanceTest, NoUpdateIsLost) {
  constexpr int kThreads = 8;
  constexpr int kUpdates = 25;
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.apps().Insert(AppNamed(kApp)); }));
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kUpdates; ++j) {
        FC_EXPECT_OK(Write([](Transaction& tx) {
          FC_ASSIGN_OR_RETURN(App app, tx.apps().Get(kApp));
          app.set_revision(app.revision() + 1);
          return tx.apps().Update(app);
        }));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  FC_ASSERT_OK_AND_ASSIGN(const App app, Read([](Transaction& tx) { return tx.apps().Get(kApp); }));
  EXPECT_EQ(app.revision(), kThreads * kUpdates);
}

// Each reads what the other writes.
TEST_P(StoreConformanceTest, WhatABodyReadStillHoldsWhenItCommits) {
  constexpr char kOther[] = "workspaces/default/apps/b";
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.apps().Insert(AppNamed(kApp, 0)));
    return tx.apps().Insert(AppNamed(kOther, 0));
  }));
  std::atomic<bool> interfered = false;
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    FC_ASSIGN_OR_RETURN(const App other, tx.apps().Get(kOther));
    if (!interfered.exchange(true)) {
      FC_RETURN_IF_ERROR(WriteMeanwhile(
          [&](Transaction& meanwhile) { return meanwhile.apps().Update(AppNamed(kOther, 5)); }));
    }
    return tx.apps().Update(AppNamed(kApp, other.revision() + 1));
  }));
  FC_ASSERT_OK_AND_ASSIGN(const App app, Read([](Transaction& tx) { return tx.apps().Get(kApp); }));
  EXPECT_EQ(app.revision(), 6);
}

TEST_P(StoreConformanceTest, WhatABodyFoundMissingIsMissingWhenItCommits) {
  std::atomic<bool> interfered = false;
  EXPECT_THAT(Write([&](Transaction& tx) {
                FC_RETURN_IF_ERROR(tx.apps().Insert(AppNamed(kApp, 1)));
                if (!interfered.exchange(true)) {
                  return WriteMeanwhile([](Transaction& meanwhile) {
                    return meanwhile.apps().Insert(AppNamed(kApp, 2));
                  });
                }
                return absl::OkStatus();
              }),
              StatusIs(StatusCode::kAlreadyExists));
}

TEST_P(StoreConformanceTest, AListOfSetupThatABodyReadStillHoldsWhenItCommits) {
  std::atomic<bool> interfered = false;
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    FC_ASSIGN_OR_RETURN(const auto connections, tx.connections().ListByApp(kApp));
    if (!interfered.exchange(true)) {
      FC_RETURN_IF_ERROR(WriteMeanwhile([](Transaction& meanwhile) {
        return meanwhile.connections().Insert(ConnectionOf("c", kApp));
      }));
    }
    return tx.apps().Insert(AppNamed(kApp, static_cast<int64_t>(connections.size())));
  }));
  FC_ASSERT_OK_AND_ASSIGN(const App app, Read([](Transaction& tx) { return tx.apps().Get(kApp); }));
  EXPECT_EQ(app.revision(), 1);
}

TEST_P(StoreConformanceTest, OfTwoThatFindNoPendingDeliveryOnlyOneCommitsUnseen) {
  const auto accept = [](Transaction& tx, const std::string& name) -> absl::Status {
    FC_ASSIGN_OR_RETURN(const auto pending, tx.deliveries().ListPending("m", "1"));
    if (!pending.empty()) return absl::OkStatus();
    Delivery delivery;
    delivery.set_name(absl::StrCat("workspaces/default/deliveries/", name));
    delivery.set_state(Delivery::STATE_PENDING);
    delivery.mutable_inbound()->set_mapping("m");
    delivery.mutable_inbound()->set_record_id("1");
    return tx.deliveries().Insert(delivery);
  };
  std::atomic<bool> interfered = false;
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    FC_RETURN_IF_ERROR(accept(tx, "a"));
    if (interfered.exchange(true)) return absl::OkStatus();
    return WriteMeanwhile([&](Transaction& meanwhile) { return accept(meanwhile, "b"); });
  }));
  FC_ASSERT_OK_AND_ASSIGN(const Page<Delivery> page,
                          Read([](Transaction& tx) { return tx.deliveries().List("", {}, {}); }));
  EXPECT_THAT(IdsOf(page.items), testing::ElementsAre("b"));
}

TEST_P(StoreConformanceTest, WorkOnDifferentRecordsDoesNotConflict) {
  if (!GetParam().runs_once_without_conflict) GTEST_SKIP() << "it runs bodies again at random";
  const auto enqueue = [](Transaction& tx, const std::string& id) -> absl::Status {
    Delivery delivery;
    delivery.set_name(absl::StrCat("workspaces/default/deliveries/", id));
    delivery.set_state(Delivery::STATE_PENDING);
    delivery.mutable_inbound()->set_mapping("m");
    delivery.mutable_inbound()->set_record_id(id);
    FC_RETURN_IF_ERROR(tx.deliveries().ListPending("m", id).status());
    FC_RETURN_IF_ERROR(tx.deliveries().Insert(delivery));
    QueueItem item = ItemNamed(delivery.name());
    item.add_lanes(id);
    FC_RETURN_IF_ERROR(tx.queue().Enqueue(item));
    store::v1::Event event;
    event.set_name(absl::StrCat("workspaces/default/events/", id));
    event.set_connection("c");
    return tx.events().InsertIfNew(event, id, At(0)).status();
  };
  int runs = 0;
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    ++runs;
    FC_RETURN_IF_ERROR(enqueue(tx, "1"));
    return WriteMeanwhile([&](Transaction& meanwhile) { return enqueue(meanwhile, "2"); });
  }));
  EXPECT_EQ(runs, 1);
}

TEST_P(StoreConformanceTest, EndingOneDeliveryDoesNotConflictWithClaimingAnother) {
  if (!GetParam().runs_once_without_conflict) GTEST_SKIP() << "it runs bodies again at random";
  ClaimRequest request;
  request.direction = store::v1::DIRECTION_INBOUND;
  request.now = At(0);
  request.lease = absl::Minutes(1);
  request.holder = "me";
  const auto claim = [&](Transaction& tx) { return tx.queue().ClaimDue(request); };
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.queue().Enqueue(ItemNamed("a")); }));
  FC_ASSERT_OK_AND_ASSIGN(const std::vector<QueueItem> first, Run(claim));
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.queue().Enqueue(ItemNamed("b")); }));
  int runs = 0;
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    ++runs;
    FC_RETURN_IF_ERROR(claim(tx).status());
    return WriteMeanwhile(
        [&](Transaction& meanwhile) { return meanwhile.queue().Finish(first.at(0)); });
  }));
  EXPECT_EQ(runs, 1);
}

TEST_P(StoreConformanceTest, ItsSizeGrowsWithWhatItHolds) {
  FC_ASSERT_OK_AND_ASSIGN(const int64_t before, store().SizeBytes());
  App app = AppNamed(kApp);
  app.set_display_name(std::string(2 << 20, 'x'));
  FC_ASSERT_OK(Write([&](Transaction& tx) { return tx.apps().Insert(app); }));
  FC_ASSERT_OK_AND_ASSIGN(const int64_t after, store().SizeBytes());
  EXPECT_GT(after - before, 1 << 20);
}

}  // namespace
}  // namespace fluxcascade
