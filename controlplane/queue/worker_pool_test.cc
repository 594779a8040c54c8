#include "controlplane/queue/worker_pool.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;
using store::v1::DIRECTION_OUTBOUND;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Keeps what it is given until the test ends it.
class HeldExecutor final : public Executor {
 public:
  void Execute(ClaimedDelivery claimed, std::function<void()> done) override {
    MutexLock lock(mutex_);
    held_.emplace_back(std::move(claimed), std::move(done));
    given_.NotifyAll();
  }

  size_t size() {
    MutexLock lock(mutex_);
    return held_.size();
  }

  std::vector<std::string> Destinations() {
    MutexLock lock(mutex_);
    std::vector<std::string> destinations;
    for (const auto& [claimed, done] : held_) destinations.push_back(claimed.item.destination());
    return destinations;
  }

  std::pair<ClaimedDelivery, std::function<void()>> Take() {
    MutexLock lock(mutex_);
    while (held_.empty()) given_.Wait(mutex_);
    auto first = std::move(held_.front());
    held_.erase(held_.begin());
    return first;
  }

 private:
  Mutex mutex_;
  CondVar given_;
  std::vector<std::pair<ClaimedDelivery, std::function<void()>>> held_ FC_GUARDED_BY(mutex_);
};

class WorkerPoolTest : public testing::Test {
 protected:
  WorkerPoolTest() {
    options_.direction = DIRECTION_OUTBOUND;
    options_.holder = "pool";
    options_.max_running = 4;
    options_.max_running_per_destination = 2;
    options_.drain = absl::ZeroDuration();
  }

  WorkerPool& pool() {
    if (pool_ == nullptr) {
      pool_ = std::make_unique<WorkerPool>(options_, *store_, clock_, executor_);
    }
    return *pool_;
  }

  std::string Send(absl::string_view to) {
    store::v1::Endpoint endpoint;
    endpoint.set_name(absl::StrCat("workspaces/default/endpoints/", to));
    store::v1::Message message;
    message.set_name("workspaces/default/messages/1");
    std::string name;
    EXPECT_THAT(store_->Run([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(name, AcceptMessage(tx, endpoint, message, clock_.Now(), random_));
      return absl::OkStatus();
    }),
                IsOk());
    return name;
  }

  std::optional<absl::Time> Step() {
    const auto next = pool().Step();
    EXPECT_THAT(next, IsOk());
    return next.ok() ? *next : std::nullopt;
  }

  absl::Status Succeeded(const ClaimedDelivery& claimed) {
    return store_->Run(
        [&](Transaction& tx) { return Succeed(tx, claimed, store::v1::Attempt(), clock_.Now()); });
  }

  // Ends the oldest that runs.
  absl::Status EndOne() {
    const auto [claimed, done] = executor_.Take();
    const absl::Status status = Succeeded(claimed);
    done();
    return status;
  }

  Delivery::State StateOf(absl::string_view name) {
    Delivery delivery;
    EXPECT_THAT(store_->Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(delivery, tx.deliveries().Get(name));
      return absl::OkStatus();
    }),
                IsOk());
    return delivery.state();
  }

  WorkerPoolOptions options_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeClock clock_;
  FakeRandom random_;
  HeldExecutor executor_;
  std::unique_ptr<WorkerPool> pool_;
};

TEST_F(WorkerPoolTest, HandsOverWhatIsDue) {
  const std::string name = Send("a");
  Step();
  EXPECT_EQ(executor_.size(), 1u);
  EXPECT_EQ(StateOf(name), Delivery::STATE_RUNNING);
  FC_EXPECT_OK(EndOne());
  EXPECT_EQ(pool().running(), 0);
}

TEST_F(WorkerPoolTest, WithNothingToDoItSleepsUntilItIsWoken) { EXPECT_EQ(Step(), std::nullopt); }

TEST_F(WorkerPoolTest, RunsAsManyAtATimeAsItMayAndNotOneMore) {
  for (const char* to : {"a", "b", "c", "d", "e"}) Send(to);
  Step();
  EXPECT_EQ(executor_.size(), 4u);
  FC_ASSERT_OK(EndOne());
  Step();
  EXPECT_EQ(executor_.size(), 4u);
}

TEST_F(WorkerPoolTest, ASlowDestinationDelaysOnlyItself) {
  for (int i = 0; i < 10; ++i) Send("slow");
  Send("quick");
  Step();
  EXPECT_THAT(executor_.Destinations(),
              testing::UnorderedElementsAre("workspaces/default/endpoints/slow",
                                            "workspaces/default/endpoints/slow",
                                            "workspaces/default/endpoints/quick"));
  FC_ASSERT_OK(EndOne());
  Step();
  EXPECT_EQ(executor_.size(), 3u);
}

TEST_F(WorkerPoolTest, ADestinationWithoutAPlaceDoesNotHideWhenTheNextFallsDue) {
  for (int i = 0; i < 3; ++i) Send("slow");
  clock_.Advance(absl::Seconds(10));
  Send("quick");
  clock_.Advance(-absl::Seconds(10));
  EXPECT_EQ(Step(), clock_.Now() + absl::Seconds(10));
}

TEST_F(WorkerPoolTest, SleepsUntilARetryIsDue) {
  Send("a");
  Step();
  const auto [claimed, done] = executor_.Take();
  FC_ASSERT_OK(store_->Run([&, &claimed = claimed](Transaction& tx) {
    return Fail(tx, claimed, store::v1::Attempt(), true, clock_.Now()).status();
  }));
  done();
  EXPECT_EQ(Step(), clock_.Now() + absl::Minutes(1));
  EXPECT_EQ(executor_.size(), 0u);
  clock_.Advance(absl::Minutes(1));
  Step();
  EXPECT_EQ(executor_.size(), 1u);
}

TEST_F(WorkerPoolTest, RenewsTheLeaseOfALongRunner) {
  Send("a");
  EXPECT_EQ(Step(), clock_.Now() + absl::Seconds(30));
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(absl::Seconds(30));
    EXPECT_EQ(Step(), clock_.Now() + absl::Seconds(30));
  }
  EXPECT_EQ(executor_.size(), 1u);
  FC_EXPECT_OK(EndOne());
}

TEST_F(WorkerPoolTest, WhatALostHolderRanIsTakenOverAndTheLoserChangesNothing) {
  const std::string name = Send("a");
  Step();
  clock_.Advance(absl::Minutes(2));
  WorkerPoolOptions options = options_;
  options.holder = "other";
  HeldExecutor others;
  WorkerPool other(options, *store_, clock_, others);
  FC_ASSERT_OK(other.Step());
  EXPECT_EQ(others.size(), 1u);
  Step();
  EXPECT_EQ(pool().running(), 1);
  EXPECT_THAT(EndOne(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(pool().running(), 0);
  const auto [claimed, done] = others.Take();
  FC_EXPECT_OK(Succeeded(claimed));
  done();
  EXPECT_EQ(StateOf(name), Delivery::STATE_SUCCEEDED);
}

TEST_F(WorkerPoolTest, AfterACrashItRecoversItsOwn) {
  const std::string name = Send("a");
  Step();
  WorkerPool restarted(options_, *store_, clock_, executor_);
  FC_ASSERT_OK(restarted.Recover());
  EXPECT_EQ(StateOf(name), Delivery::STATE_PENDING);
  FC_ASSERT_OK(restarted.Step());
  EXPECT_EQ(executor_.size(), 2u);
}

TEST_F(WorkerPoolTest, ADeliveryThatIsGoneIsTakenOutOfTheQueue) {
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) {
    store::v1::QueueItem item;
    item.set_delivery("workspaces/default/deliveries/gone");
    item.set_direction(DIRECTION_OUTBOUND);
    return tx.queue().Enqueue(item);
  }));
  // Held by us when we crashed, it must not stand in the way of the rest.
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) {
    return tx.queue()
        .ClaimDue({DIRECTION_OUTBOUND, clock_.Now(), 1, options_.holder, absl::Minutes(1)})
        .status();
  }));
  FC_ASSERT_OK(pool().Recover());
  Step();
  EXPECT_EQ(executor_.size(), 0u);
  FC_ASSERT_OK(store_->Read([&](Transaction& tx) {
    FC_ASSIGN_OR_RETURN(const auto item, tx.queue().Get("workspaces/default/deliveries/gone"));
    EXPECT_EQ(item, std::nullopt);
    return absl::OkStatus();
  }));
}

TEST_F(WorkerPoolTest, WhenStoppedItGivesBackWhatStillRunsWithoutCountingTheAttempt) {
  const std::string name = Send("a");
  Step();
  pool().Stop();
  EXPECT_EQ(StateOf(name), Delivery::STATE_PENDING);
  EXPECT_EQ(pool().running(), 0);
  const auto [late, done] = executor_.Take();
  EXPECT_THAT(Succeeded(late), StatusIs(absl::StatusCode::kAborted));
  done();
  pool_ = nullptr;
  Step();
  EXPECT_EQ(executor_.Take().first.delivery.attempt_count(), 1);
}

TEST_F(WorkerPoolTest, WhenStoppedItClaimsNothingMore) {
  Send("a");
  pool().Stop();
  Step();
  EXPECT_EQ(executor_.size(), 0u);
}

TEST_F(WorkerPoolTest, ToldToClaimNothingMoreItGoesOnWithWhatRuns) {
  const std::string first = Send("a");
  Step();
  pool().StopClaiming();
  const std::string second = Send("b");
  Step();
  EXPECT_EQ(executor_.size(), 1u);
  FC_EXPECT_OK(EndOne());
  EXPECT_EQ(StateOf(first), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(StateOf(second), Delivery::STATE_PENDING);
}

TEST_F(WorkerPoolTest, StoppingWaitsForWhatRuns) {
  options_.drain = absl::Hours(1);
  const std::string name = Send("a");
  Step();
  std::thread ending([&] { FC_EXPECT_OK(EndOne()); });
  pool().Stop();
  ending.join();
  EXPECT_EQ(StateOf(name), Delivery::STATE_SUCCEEDED);
}

TEST_F(WorkerPoolTest, ADoneThatComesAfterThePoolIsGoneDoesNoHarm) {
  Send("a");
  Step();
  const auto [claimed, done] = executor_.Take();
  pool_ = nullptr;
  done();
}

TEST_F(WorkerPoolTest, OnItsThreadItRunsWhatComesWhenItIsWoken) {
  pool().Start();
  const std::string first = Send("a");
  pool().Wake();
  FC_EXPECT_OK(EndOne());
  const std::string second = Send("a");
  pool().Wake();
  FC_EXPECT_OK(EndOne());
  pool().Stop();
  EXPECT_EQ(StateOf(first), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(StateOf(second), Delivery::STATE_SUCCEEDED);
}

}  // namespace
}  // namespace fluxcascade
