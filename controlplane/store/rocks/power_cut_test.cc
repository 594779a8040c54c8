// Cuts the power of a store in the middle of its work: what was committed is there, whole.
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/rocks/power_cut_file_system.h"
#include "common/rocks/unsynced_bytes.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/rocks/rocks_store.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;
using store::v1::DIRECTION_INBOUND;
using store::v1::QueueItem;

constexpr char kWorkspace[] = "workspaces/default";
constexpr int kWriters = 3;
constexpr int kCommitsPerWriter = 40;

const absl::Time kNow = absl::FromUnixSeconds(1767225600);

std::string NameOfDelivery(const std::string& id) {
  return absl::StrCat(kWorkspace, "/deliveries/", id);
}

// What one webhook makes: an event, a delivery and its queue item, in a lane that others share.
absl::Status Accept(Transaction& tx, const std::string& id, int lane) {
  store::v1::Event event;
  event.set_name(absl::StrCat(kWorkspace, "/events/", id));
  event.set_payload(std::string(500, 'x'));
  FC_RETURN_IF_ERROR(tx.events().InsertIfNew(event, id, kNow).status());
  Delivery delivery;
  delivery.set_name(NameOfDelivery(id));
  delivery.set_state(Delivery::STATE_PENDING);
  delivery.mutable_inbound()->set_mapping("m");
  delivery.mutable_inbound()->set_record_id(id);
  FC_RETURN_IF_ERROR(tx.deliveries().Insert(delivery));
  QueueItem item;
  item.set_delivery(delivery.name());
  item.set_direction(DIRECTION_INBOUND);
  item.set_destination("crm");
  item.add_lanes(absl::StrCat(lane));
  *item.mutable_due_time() = ToProto(kNow);
  return tx.queue().Enqueue(item);
}

class PowerCut {
 public:
  PowerCut(uint64_t seed, PowerCutFileSystem::Sync sync)
      : random_(seed), sync_(sync), disk_(std::make_shared<PowerCutFileSystem>(seed)) {
    disk_->MakeFolder("/state");
  }

  // Works until the power fails, opens what is left, and checks it.
  absl::Status CutOnce() {
    disk_->SetSync(sync_);
    disk_->CutPowerAfter(1 + random_() % 400);
    WorkUntilPowerFails();
    const Unsynced unsynced = AnyUnsynced(random_);
    disk_ = disk_->AfterPowerCut(random_(), unsynced);
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk_);
    FC_ASSIGN_OR_RETURN(const auto store, RocksStore::Open({"/state/store", env.get()}));
    FC_RETURN_IF_ERROR(store->Read([&](Transaction& tx) { return Check(tx); }));
    return Drain(*store);
  }

  size_t committed() const { return committed_.size(); }

 private:
  void WorkUntilPowerFails() {
    ++generation_;
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(disk_);
    const auto store = RocksStore::Open({"/state/store", env.get()});
    if (!store.ok()) return;
    std::vector<std::vector<std::string>> committed(kWriters);
    std::vector<std::thread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kCommitsPerWriter && !disk_->off(); ++i) {
          const std::string id = absl::StrCat(generation_, "-", writer, "-", i);
          if ((*store)->Run([&](Transaction& tx) { return Accept(tx, id, i % 5); }).ok()) {
            committed[writer].push_back(id);
          }
        }
      });
    }
    for (std::thread& writer : writers) writer.join();
    for (const auto& ids : committed) committed_.insert(ids.begin(), ids.end());
  }

  // All that was committed is there, and what is there is there whole.
  absl::Status Check(Transaction& tx) const {
    for (const std::string& id : committed_) {
      FC_RETURN_IF_ERROR(tx.events().Get(absl::StrCat(kWorkspace, "/events/", id)).status());
      FC_RETURN_IF_ERROR(tx.deliveries().Get(NameOfDelivery(id)).status());
    }
    PageRequest page;
    int64_t pending = 0;
    do {
      FC_ASSIGN_OR_RETURN(const Page<Delivery> deliveries,
                          tx.deliveries().List(kWorkspace, DeliveryFilter(), page));
      for (const Delivery& delivery : deliveries.items) {
        const std::string& id = delivery.inbound().record_id();
        FC_RETURN_IF_ERROR(tx.events().Get(absl::StrCat(kWorkspace, "/events/", id)).status());
        if (delivery.state() != Delivery::STATE_PENDING) continue;
        ++pending;
        FC_ASSIGN_OR_RETURN(const auto item, tx.queue().Get(delivery.name()));
        if (!item) return absl::DataLossError(absl::StrCat(id, " is not queued"));
      }
      page.after = deliveries.next;
    } while (!page.after.empty());
    FC_ASSIGN_OR_RETURN(const DeliveryCounts counts,
                        tx.deliveries().Count(kWorkspace, DIRECTION_INBOUND, kNow));
    FC_ASSIGN_OR_RETURN(const QueueStats stats, tx.queue().Stats(DIRECTION_INBOUND, kNow));
    if (counts.pending == pending && stats.pending == pending) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("counted ", counts.pending, " and ", stats.pending,
                                            " pending deliveries, found ", pending));
  }

  // Every lane can be worked off to its end.
  absl::Status Drain(Store& store) {
    ClaimRequest request;
    request.direction = DIRECTION_INBOUND;
    request.now = kNow;
    request.limit = 1000;
    request.holder = "me";
    request.lease = absl::Minutes(1);
    for (size_t claimed = 1; claimed > 0;) {
      FC_RETURN_IF_ERROR(store.Run([&](Transaction& tx) {
        FC_ASSIGN_OR_RETURN(const std::vector<QueueItem> items, tx.queue().ClaimDue(request));
        claimed = items.size();
        for (const QueueItem& item : items) {
          FC_ASSIGN_OR_RETURN(Delivery delivery, tx.deliveries().Get(item.delivery()));
          delivery.set_state(Delivery::STATE_SUCCEEDED);
          FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
          FC_RETURN_IF_ERROR(tx.queue().Finish(item));
        }
        return absl::OkStatus();
      }));
    }
    return store.Read([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(const QueueStats stats, tx.queue().Stats(DIRECTION_INBOUND, kNow));
      if (stats.pending == 0 && stats.running == 0) return absl::OkStatus();
      return absl::DataLossError(absl::StrCat(stats.pending, " queue items are stuck"));
    });
  }

  std::mt19937_64 random_;
  const PowerCutFileSystem::Sync sync_;
  std::shared_ptr<PowerCutFileSystem> disk_;
  int generation_ = 0;
  std::set<std::string> committed_;
};

TEST(StorePowerCutTest, WhatWasCommittedIsThereWholeAfterEveryCut) {
  constexpr uint64_t kSeeds = 20;
  size_t committed = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PowerCut power_cut(seed, PowerCutFileSystem::Sync::kWorks);
    for (int cut = 1; cut <= 3; ++cut) {
      FC_ASSERT_OK(power_cut.CutOnce()) << "seed " << seed << ", cut " << cut;
    }
    committed += power_cut.committed();
  }
  RecordProperty("committed", static_cast<int>(committed));
  EXPECT_GT(committed, kSeeds * 20);
}

// To show that the test above would see it.
TEST(StorePowerCutTest, AStoreWhoseSyncsDoNothingIsCaught) {
  constexpr uint64_t kSeeds = 10;
  uint64_t caught = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    PowerCut power_cut(seed, PowerCutFileSystem::Sync::kLies);
    absl::Status status;
    for (int cut = 1; cut <= 3 && status.ok(); ++cut) status = power_cut.CutOnce();
    if (!status.ok()) ++caught;
  }
  EXPECT_GT(caught, kSeeds / 2);
}

}  // namespace
}  // namespace fluxcascade
