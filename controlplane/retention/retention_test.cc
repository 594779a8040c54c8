#include "controlplane/retention/retention.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kApp[] = "workspaces/default/apps/a";
constexpr char kGroup[] = "edgeGroups/main";

class RetentionTest : public testing::Test {
 protected:
  // One record of each kind, as of now.
  absl::Status AddOfEach(const std::string& id) {
    const auto now = ToProto(clock_.Now());
    return store_->Run([&](Transaction& tx) {
      store::v1::Event event;
      event.set_name(absl::StrCat("workspaces/default/events/", id));
      *event.mutable_receive_time() = now;
      FC_RETURN_IF_ERROR(tx.events().InsertIfNew(event, id, clock_.Now()).status());
      Delivery delivery;
      delivery.set_name(absl::StrCat("workspaces/default/deliveries/", id));
      delivery.set_state(Delivery::STATE_SUCCEEDED);
      *delivery.mutable_update_time() = now;
      FC_RETURN_IF_ERROR(tx.deliveries().Insert(delivery));
      store::v1::SyncLog log;
      log.set_name(absl::StrCat("workspaces/default/syncLogs/", id));
      *log.mutable_time() = now;
      FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));
      store::v1::Message message;
      message.set_name(absl::StrCat("workspaces/default/messages/", id));
      *message.mutable_create_time() = now;
      return tx.messages().Insert(message);
    });
  }

  absl::Status AddMessage(const std::string& id, const std::vector<std::string>& deliveries) {
    store::v1::Message message;
    message.set_name(absl::StrCat("workspaces/default/messages/", id));
    *message.mutable_create_time() = ToProto(clock_.Now());
    for (const std::string& delivery : deliveries) {
      message.add_deliveries(absl::StrCat("workspaces/default/deliveries/", delivery));
    }
    return store_->Run([&](Transaction& tx) { return tx.messages().Insert(message); });
  }

  // A delivery of this message, in this state as of now.
  absl::Status PutDelivery(const std::string& id, const std::string& message,
                           Delivery::State state) {
    Delivery delivery;
    delivery.set_name(absl::StrCat("workspaces/default/deliveries/", id));
    delivery.set_state(state);
    delivery.mutable_outbound()->set_message(absl::StrCat("workspaces/default/messages/", message));
    *delivery.mutable_update_time() = ToProto(clock_.Now());
    return store_->Run([&](Transaction& tx) {
      const absl::Status inserted = tx.deliveries().Insert(delivery);
      return absl::IsAlreadyExists(inserted) ? tx.deliveries().Update(delivery) : inserted;
    });
  }

  int Run() {
    const auto went = Retention(options_, *store_, clock_).RunOnce();
    EXPECT_THAT(went, IsOk());
    return went.value_or(-1);
  }

  bool HasMessage(const std::string& id) {
    return store_
        ->Read([&](Transaction& tx) {
          return tx.messages().Get(absl::StrCat("workspaces/default/messages/", id)).status();
        })
        .ok();
  }

  // An edge group, and an app of it that was deleted just now.
  void AddDeletedApp() {
    FC_ASSERT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
      store::v1::EdgeGroup group;
      group.set_name(kGroup);
      group.set_config_version(7);
      FC_RETURN_IF_ERROR(tx.edge_groups().Insert(group));
      store::v1::App app;
      app.set_name(kApp);
      app.set_edge_group(kGroup);
      *app.mutable_delete_time() = ToProto(clock_.Now());
      return tx.apps().Insert(app);
    }));
  }

  absl::Status App() {
    return store_->Read([&](Transaction& tx) { return tx.apps().Get(kApp).status(); });
  }

  int64_t ConfigVersion() {
    int64_t version = 0;
    FC_EXPECT_OK(store_->Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const auto group, tx.edge_groups().Get(kGroup));
      version = group.config_version();
      return absl::OkStatus();
    }));
    return version;
  }

  RetentionOptions options_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
};

TEST_F(RetentionTest, WhatIsYoungStays) {
  FC_ASSERT_OK(AddOfEach("1"));
  clock_.Advance(7 * kDay);
  EXPECT_EQ(Run(), 0);
}

TEST_F(RetentionTest, EachKindGoesAfterItsOwnTime) {
  FC_ASSERT_OK(AddOfEach("1"));
  clock_.Advance(7 * kDay + absl::Seconds(1));
  EXPECT_EQ(Run(), 1) << "the dedupe key";
  clock_.Advance(23 * kDay);
  EXPECT_EQ(Run(), 3) << "event, delivery, sync log";
  EXPECT_TRUE(HasMessage("1"));
  clock_.Advance(kDay);
  EXPECT_EQ(Run(), 1);
  EXPECT_FALSE(HasMessage("1"));
}

TEST_F(RetentionTest, AMessageGoesWithTheLastDeliveryThatSendsIt) {
  FC_ASSERT_OK(AddMessage("1", {"a", "b"}));
  FC_ASSERT_OK(PutDelivery("a", "1", Delivery::STATE_SUCCEEDED));
  FC_ASSERT_OK(PutDelivery("b", "1", Delivery::STATE_PENDING));
  clock_.Advance(400 * kDay);
  EXPECT_EQ(Run(), 1) << "the delivery that has ended";
  EXPECT_TRUE(HasMessage("1"));
  FC_ASSERT_OK(PutDelivery("b", "1", Delivery::STATE_FAILED));
  clock_.Advance(30 * kDay);
  EXPECT_EQ(Run(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Run(), 2);
  EXPECT_FALSE(HasMessage("1"));
}

TEST_F(RetentionTest, MoreThanOneStepIsTakenWhereItIsNeeded) {
  options_.step = 3;
  for (int i = 0; i < 10; ++i) FC_ASSERT_OK(AddOfEach(absl::StrCat(i)));
  clock_.Advance(40 * kDay);
  EXPECT_EQ(Run(), 50);
  EXPECT_EQ(Run(), 0);
}

TEST_F(RetentionTest, DedupeKeysAreNeverKeptShorterThanTheyServe) {
  options_.dedupe_keys = absl::Hours(1);
  FC_ASSERT_OK(AddOfEach("1"));
  clock_.Advance(7 * kDay);
  EXPECT_EQ(Run(), 0);
}

TEST_F(RetentionTest, WhatHasNotEndedStays) {
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) {
    Delivery delivery;
    delivery.set_name("workspaces/default/deliveries/1");
    delivery.set_state(Delivery::STATE_PENDING);
    return tx.deliveries().Insert(delivery);
  }));
  clock_.Advance(400 * kDay);
  EXPECT_EQ(Run(), 0);
}

TEST_F(RetentionTest, ADeletedAppStaysForItsHooksGracePeriod) {
  AddDeletedApp();
  clock_.Advance(kHookGracePeriod);
  EXPECT_EQ(Run(), 0);
  FC_EXPECT_OK(App());
  EXPECT_EQ(ConfigVersion(), 7);
}

TEST_F(RetentionTest, AfterItTheAppGoesAndTheEdgesAreTold) {
  AddDeletedApp();
  clock_.Advance(kHookGracePeriod + absl::Microseconds(1));
  EXPECT_EQ(Run(), 1);
  EXPECT_THAT(App(), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(ConfigVersion(), 8);
  EXPECT_EQ(Run(), 0);
  EXPECT_EQ(ConfigVersion(), 8) << "once is enough";
}

TEST_F(RetentionTest, TheNextRunIsJustAfterTheEndOfAHookWhereThatIsSooner) {
  Retention retention(options_, *store_, clock_);
  EXPECT_THAT(retention.TimeToNextRun(), IsOkAndHolds(options_.every)) << "no app was deleted";
  AddDeletedApp();
  EXPECT_THAT(retention.TimeToNextRun(), IsOkAndHolds(options_.every));
  clock_.Advance(kHookGracePeriod - absl::Minutes(1));
  FC_ASSERT_OK_AND_ASSIGN(const absl::Duration wait, retention.TimeToNextRun());
  EXPECT_LT(wait, absl::Minutes(1) + absl::Seconds(1));
  clock_.Advance(wait - absl::Minutes(1));
  EXPECT_EQ(Run(), 0) << "not sooner";
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(Run(), 1);
}

TEST_F(RetentionTest, AHookThatHasEndedDoesNotKeepItRunning) {
  AddDeletedApp();
  clock_.Advance(kHookGracePeriod + absl::Microseconds(1));
  EXPECT_THAT(Retention(options_, *store_, clock_).TimeToNextRun(), IsOkAndHolds(options_.every));
}

TEST_F(RetentionTest, AnAppThatWasNotDeletedStays) {
  AddDeletedApp();
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) -> absl::Status {
    FC_ASSIGN_OR_RETURN(store::v1::App app, tx.apps().Get(kApp));
    app.clear_delete_time();
    return tx.apps().Update(app);
  }));
  clock_.Advance(400 * kDay);
  EXPECT_EQ(Run(), 0);
  FC_EXPECT_OK(App());
}

TEST_F(RetentionTest, OnItsThreadItStopsWhenToldTo) {
  FC_ASSERT_OK(AddOfEach("1"));
  clock_.Advance(40 * kDay);
  Retention retention(options_, *store_, clock_);
  retention.Start();
  while (HasMessage("1")) {
  }
  retention.Stop();
}

}  // namespace
}  // namespace fluxcascade
