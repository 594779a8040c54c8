// The delivery queue.
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/conformance/conformance_test_suite.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;
using store::v1::QueueItem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// The suite's fixture with a queue's small words; its tests belong to the same suite.
class Queue {
 public:
  explicit Queue(Store& store) : store_(store) {}

  absl::Status Do(const Store::Body& body) { return store_.Run(body); }

  absl::Status Add(const std::string& delivery, absl::Time due,
                   const std::vector<std::string>& lanes = {},
                   const std::string& destination = "crm",
                   store::v1::Direction direction = DIRECTION_INBOUND) {
    QueueItem item;
    item.set_delivery(delivery);
    item.set_direction(direction);
    item.set_destination(destination);
    *item.mutable_due_time() = ToProto(due);
    for (const std::string& lane : lanes) item.add_lanes(lane);
    return Do([&](Transaction& tx) { return tx.queue().Enqueue(item); });
  }

  std::vector<QueueItem> Claim(const ClaimRequest& request) {
    std::vector<QueueItem> claimed;
    FC_EXPECT_OK(Do([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(claimed, tx.queue().ClaimDue(request));
      return absl::OkStatus();
    }));
    return claimed;
  }

  std::vector<QueueItem> Claim(absl::Time now, int limit = 100) {
    ClaimRequest request;
    request.direction = DIRECTION_INBOUND;
    request.now = now;
    request.limit = limit;
    request.holder = "me";
    request.lease = absl::Minutes(1);
    return Claim(request);
  }

  absl::Status Finish(const QueueItem& item) {
    return Do([&](Transaction& tx) { return tx.queue().Finish(item); });
  }
  absl::StatusOr<bool> AddLane(const QueueItem& item, const std::string& lane) {
    bool first = false;
    FC_RETURN_IF_ERROR(Do([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(first, tx.queue().AddLane(item, lane));
      return absl::OkStatus();
    }));
    return first;
  }

  std::optional<QueueItem> Get(const std::string& delivery) {
    std::optional<QueueItem> item;
    FC_EXPECT_OK(store_.Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(item, tx.queue().Get(delivery));
      return absl::OkStatus();
    }));
    return item;
  }

  std::optional<absl::Time> NextDue(absl::Time after = absl::InfinitePast()) {
    std::optional<absl::Time> next;
    FC_EXPECT_OK(store_.Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(next, tx.queue().NextDue(DIRECTION_INBOUND, after));
      return absl::OkStatus();
    }));
    return next;
  }

  QueueStats Stats(absl::Time now) {
    QueueStats stats;
    FC_EXPECT_OK(store_.Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(stats, tx.queue().Stats(DIRECTION_INBOUND, now));
      return absl::OkStatus();
    }));
    return stats;
  }

 private:
  Store& store_;
};

std::vector<std::string> Names(const std::vector<QueueItem>& items) {
  std::vector<std::string> names;
  for (const QueueItem& item : items) names.push_back(item.delivery());
  return names;
}

TEST_P(StoreConformanceTest, DueItemsAreClaimedEarliestFirstAndNoneBeforeItsTime) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("late", At(30)));
  FC_ASSERT_OK(queue.Add("second", At(20), {}, "erp"));
  FC_ASSERT_OK(queue.Add("first", At(10)));
  EXPECT_THAT(queue.Claim(At(10) - absl::Microseconds(1)), IsEmpty());
  EXPECT_THAT(Names(queue.Claim(At(20))), ElementsAre("first", "second"));
  EXPECT_THAT(queue.Claim(At(20)), IsEmpty());
  EXPECT_THAT(Names(queue.Claim(At(30))), ElementsAre("late"));
}

TEST_P(StoreConformanceTest, NoMoreIsClaimedThanAskedFor) {
  Queue queue(store());
  for (int i = 0; i < 5; ++i) FC_ASSERT_OK(queue.Add(absl::StrCat(i), At(i)));
  EXPECT_THAT(Names(queue.Claim(At(9), 2)), ElementsAre("0", "1"));
  EXPECT_THAT(queue.Claim(At(9), 0), IsEmpty());
  EXPECT_THAT(Names(queue.Claim(At(9), 9)), ElementsAre("2", "3", "4"));
}

TEST_P(StoreConformanceTest, ADestinationGetsItsPlacesAndNotOneMore) {
  Queue queue(store());
  for (int i = 0; i < 5; ++i) FC_ASSERT_OK(queue.Add(absl::StrCat("slow", i), At(i), {}, "slow"));
  FC_ASSERT_OK(queue.Add("quick", At(9), {}, "quick"));
  ClaimRequest request;
  request.direction = DIRECTION_INBOUND;
  request.now = At(9);
  request.limit = 100;
  request.limit_per_destination = 3;
  request.running = {{"slow", 1}};
  request.lease = absl::Minutes(1);
  request.holder = "me";
  EXPECT_THAT(Names(queue.Claim(request)), ElementsAre("slow0", "slow1", "quick"));
  request.running = {{"slow", 3}, {"quick", 1}};
  EXPECT_THAT(queue.Claim(request), IsEmpty());
}

TEST_P(StoreConformanceTest, DirectionsAreApart) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("out", At(0), {}, "crm", DIRECTION_OUTBOUND));
  EXPECT_THAT(queue.Claim(At(9)), IsEmpty());
  EXPECT_EQ(queue.NextDue(), std::nullopt);
  EXPECT_EQ(queue.Stats(At(9)).pending, 0);
}

TEST_P(StoreConformanceTest, ADeliveryIsQueuedOnce) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"lane"}));
  EXPECT_THAT(queue.Add("a", At(0), {"lane"}), StatusIs(StatusCode::kAlreadyExists));
}

TEST_P(StoreConformanceTest, AClaimIsALeaseAndCountsTheAttempt) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0)));
  const std::vector<QueueItem> claimed = queue.Claim(At(5));
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(claimed[0].lease_holder(), "me");
  EXPECT_EQ(FromProto(claimed[0].lease_expire_time()), At(65));
  EXPECT_EQ(claimed[0].lease_count(), 1u);
  EXPECT_EQ(claimed[0].attempt_count(), 1);
}

TEST_P(StoreConformanceTest, ALeaseThatRanOutIsClaimedAgainAndTheOldHolderIsFenced) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0)));
  const QueueItem old = queue.Claim(At(0)).at(0);
  EXPECT_THAT(queue.Claim(At(60) - absl::Microseconds(1)), IsEmpty());
  const QueueItem mine = queue.Claim(At(60)).at(0);
  EXPECT_EQ(mine.lease_count(), 2u);
  EXPECT_EQ(mine.attempt_count(), 2);
  EXPECT_THAT(queue.Finish(old), StatusIs(StatusCode::kAborted));
  EXPECT_THAT(queue.AddLane(old, "lane"), StatusIs(StatusCode::kAborted));
  EXPECT_THAT(queue.Do([&](Transaction& tx) { return tx.queue().Renew(old, At(99)); }),
              StatusIs(StatusCode::kAborted));
  EXPECT_THAT(queue.Do([&](Transaction& tx) { return tx.queue().Release(old, At(99), 1); }),
              StatusIs(StatusCode::kAborted));
  FC_EXPECT_OK(queue.Finish(mine));
  EXPECT_THAT(queue.Finish(mine), StatusIs(StatusCode::kAborted));
  EXPECT_EQ(queue.Get("a"), std::nullopt);
}

TEST_P(StoreConformanceTest, ALeaseThatRanOutStillHoldsWhileNobodyElseTookIt) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0)));
  const QueueItem item = queue.Claim(At(0)).at(0);
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) { return tx.queue().Renew(item, At(200)); }));
  EXPECT_THAT(queue.Claim(At(199)), IsEmpty());
  FC_EXPECT_OK(queue.Finish(item));
}

TEST_P(StoreConformanceTest, AReleasedItemIsDueAgainWithTheAttemptsItIsGiven) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0)));
  const QueueItem item = queue.Claim(At(0)).at(0);
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) { return tx.queue().Release(item, At(50), 0); }));
  EXPECT_THAT(queue.Finish(item), StatusIs(StatusCode::kAborted));
  EXPECT_THAT(queue.Claim(At(49)), IsEmpty());
  EXPECT_EQ(queue.Claim(At(50)).at(0).attempt_count(), 1);
}

TEST_P(StoreConformanceTest, OnlyWhatIsNotLeasedIsRescheduled) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(50)));
  const auto reschedule = [&](const std::string& name) {
    return queue.Do([&](Transaction& tx) { return tx.queue().Reschedule(name, At(10), 3); });
  };
  FC_ASSERT_OK(reschedule("a"));
  const QueueItem item = queue.Claim(At(10)).at(0);
  EXPECT_EQ(item.attempt_count(), 4);
  EXPECT_THAT(reschedule("a"), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(reschedule("none"), StatusIs(StatusCode::kNotFound));
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) { return tx.queue().Release(item, At(10), 0); }));
  FC_EXPECT_OK(reschedule("a"));
}

TEST_P(StoreConformanceTest, ItemsOfALaneRunOneAtATimeInTheOrderTheyCame) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("first", At(20), {"lane"}));
  FC_ASSERT_OK(queue.Add("second", At(0), {"lane"}));
  FC_ASSERT_OK(queue.Add("third", At(0), {"lane"}));
  EXPECT_THAT(queue.Claim(At(19)), IsEmpty());
  for (const char* name : {"first", "second", "third"}) {
    const std::vector<QueueItem> claimed = queue.Claim(At(20));
    ASSERT_THAT(Names(claimed), ElementsAre(name));
    FC_ASSERT_OK(queue.Finish(claimed[0]));
  }
}

TEST_P(StoreConformanceTest, AnItemThatWaitsForARetryKeepsItsPlace) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("first", At(0), {"lane"}));
  FC_ASSERT_OK(queue.Add("second", At(0), {"lane"}));
  const QueueItem first = queue.Claim(At(0)).at(0);
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) { return tx.queue().Release(first, At(50), 1); }));
  EXPECT_THAT(queue.Claim(At(49)), IsEmpty());
  EXPECT_THAT(Names(queue.Claim(At(50))), ElementsAre("first"));
}

TEST_P(StoreConformanceTest, AnItemOfSeveralLanesWaitsUntilItIsFirstInAll) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"1"}));
  FC_ASSERT_OK(queue.Add("b", At(0), {"2"}));
  FC_ASSERT_OK(queue.Add("both", At(0), {"1", "2"}));
  FC_ASSERT_OK(queue.Add("behind", At(0), {"2"}));
  const std::vector<QueueItem> claimed = queue.Claim(At(0));
  EXPECT_THAT(Names(claimed), ElementsAre("a", "b"));
  FC_ASSERT_OK(queue.Finish(claimed[0]));
  EXPECT_THAT(queue.Claim(At(0)), IsEmpty());
  FC_ASSERT_OK(queue.Finish(claimed[1]));
  const std::vector<QueueItem> both = queue.Claim(At(0));
  ASSERT_THAT(Names(both), ElementsAre("both"));
  FC_ASSERT_OK(queue.Finish(both[0]));
  EXPECT_THAT(Names(queue.Claim(At(0))), ElementsAre("behind"));
}

TEST_P(StoreConformanceTest, ALaneThatWasEmptyServesAgain) {
  Queue queue(store());
  for (int round = 0; round < 3; ++round) {
    FC_ASSERT_OK(queue.Add("a", At(0), {"lane"}));
    FC_ASSERT_OK(queue.Add("b", At(0), {"lane"}));
    for (const char* name : {"a", "b"}) {
      const std::vector<QueueItem> claimed = queue.Claim(At(0));
      ASSERT_THAT(Names(claimed), ElementsAre(name));
      FC_ASSERT_OK(queue.Finish(claimed[0]));
    }
  }
}

TEST_P(StoreConformanceTest, ALaneThatIsFreeIsAddedAndHeld) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"1"}));
  const QueueItem item = queue.Claim(At(0)).at(0);
  EXPECT_THAT(queue.AddLane(item, "match"), IsOkAndHolds(true));
  EXPECT_THAT(queue.AddLane(item, "match"), IsOkAndHolds(true));
  FC_ASSERT_OK(queue.Add("b", At(0), {"match"}));
  EXPECT_THAT(queue.Claim(At(0)), IsEmpty());
  FC_ASSERT_OK(queue.Finish(item));
  EXPECT_THAT(Names(queue.Claim(At(0))), ElementsAre("b"));
}

TEST_P(StoreConformanceTest, ALaneThatIsHeldIsWaitedForWithoutCountingTheAttempt) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"match"}));
  FC_ASSERT_OK(queue.Add("b", At(0), {"1"}));
  const std::vector<QueueItem> claimed = queue.Claim(At(0));
  ASSERT_THAT(Names(claimed), ElementsAre("a", "b"));
  EXPECT_THAT(queue.AddLane(claimed[1], "match"), IsOkAndHolds(false));
  EXPECT_THAT(queue.Finish(claimed[1]), StatusIs(StatusCode::kAborted));
  EXPECT_THAT(queue.Claim(At(999)).at(0).delivery(), "a");
  EXPECT_EQ(queue.NextDue(), At(999 + 60));
  FC_ASSERT_OK(queue.Finish(*queue.Get("a")));
  const QueueItem again = queue.Claim(At(999)).at(0);
  EXPECT_EQ(again.delivery(), "b");
  EXPECT_EQ(again.attempt_count(), 1);
  EXPECT_THAT(queue.AddLane(again, "match"), IsOkAndHolds(true));
}

TEST_P(StoreConformanceTest, TwoItemsDoNotWaitForEachOther) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"1"}));
  FC_ASSERT_OK(queue.Add("b", At(0), {"2"}));
  const std::vector<QueueItem> claimed = queue.Claim(At(0));
  EXPECT_THAT(queue.AddLane(claimed[0], "2"), IsOkAndHolds(false));
  EXPECT_THAT(queue.AddLane(claimed[1], "1"), StatusIs(StatusCode::kFailedPrecondition));
  FC_ASSERT_OK(queue.Finish(claimed[1]));
  EXPECT_THAT(Names(queue.Claim(At(0))), ElementsAre("a"));
}

TEST_P(StoreConformanceTest, AHoldersLeasesAreGivenBackInBoundedSteps) {
  Queue queue(store());
  for (const char* name : {"a", "b", "c"}) FC_ASSERT_OK(queue.Add(name, At(0)));
  const std::vector<QueueItem> mine = queue.Claim(At(0), 2);
  ClaimRequest request;
  request.direction = DIRECTION_INBOUND;
  request.now = At(0);
  request.holder = "me2";
  request.lease = absl::Minutes(1);
  EXPECT_THAT(queue.Claim(request), SizeIs(1));
  const auto release = [&](int limit) {
    std::vector<QueueItem> released;
    FC_EXPECT_OK(queue.Do([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(released, tx.queue().ReleaseHeldBy("me", limit));
      return absl::OkStatus();
    }));
    return Names(released);
  };
  EXPECT_THAT(release(1), ElementsAre("a"));
  EXPECT_THAT(release(9), ElementsAre("b"));
  EXPECT_THAT(release(9), IsEmpty());
  EXPECT_THAT(queue.Finish(mine[0]), StatusIs(StatusCode::kAborted));
  const std::vector<QueueItem> again = queue.Claim(At(0));
  ASSERT_THAT(Names(again), ElementsAre("a", "b"));
  EXPECT_EQ(again[0].attempt_count(), 2);
}

TEST_P(StoreConformanceTest, TheNextTimeIsTheEarliestOfDuesAndLeases) {
  Queue queue(store());
  EXPECT_EQ(queue.NextDue(), std::nullopt);
  FC_ASSERT_OK(queue.Add("a", At(100), {"lane"}));
  FC_ASSERT_OK(queue.Add("blocked", At(1), {"lane"}));
  FC_ASSERT_OK(queue.Add("b", At(30), {}, "erp"));
  EXPECT_EQ(queue.NextDue(), At(30));
  EXPECT_EQ(queue.NextDue(At(30)), At(100));
  EXPECT_EQ(queue.NextDue(At(100)), std::nullopt);
  EXPECT_THAT(queue.Claim(At(30)), SizeIs(1));
  EXPECT_EQ(queue.NextDue(), At(90));
  FC_ASSERT_OK(queue.Add("earlier", At(10)));
  EXPECT_EQ(queue.NextDue(), At(10));
}

TEST_P(StoreConformanceTest, AnItemThatComesWhileAnotherLooksIsNotOverlooked) {
  Queue queue(store());
  const auto add_meanwhile = [&](const std::string& name, absl::Time due) {
    absl::Status status;
    std::thread([&] { status = queue.Add(name, due); }).join();
    return status;
  };
  FC_ASSERT_OK(queue.Add("last", At(100)));
  FC_ASSERT_OK(Read([&](Transaction& tx) {
    const auto next = tx.queue().NextDue(DIRECTION_INBOUND, absl::InfinitePast());
    FC_EXPECT_OK(add_meanwhile("second", At(50)));
    return next;
  }));
  EXPECT_EQ(queue.NextDue(), At(50));
  ClaimRequest request;
  request.direction = DIRECTION_INBOUND;
  request.now = At(40);
  request.holder = "me";
  request.lease = absl::Minutes(1);
  int runs = 0;
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.queue().ClaimDue(request).status());
    return ++runs == 1 ? add_meanwhile("first", At(30)) : absl::OkStatus();
  }));
  // Where the body ran again, it has claimed it.
  EXPECT_TRUE(queue.Get("first")->lease_count() == 1 || queue.NextDue() == At(30));
}

TEST_P(StoreConformanceTest, ALineThatIsEmptiedWhileAnotherComesIsNotForgotten) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(0), {"lane"}));
  const QueueItem item = queue.Claim(At(0)).at(0);
  int runs = 0;
  FC_ASSERT_OK(queue.Do([&](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.queue().Finish(item));
    FC_RETURN_IF_ERROR(tx.queue().NextDue(DIRECTION_INBOUND, absl::InfinitePast()).status());
    if (++runs > 1) return absl::OkStatus();
    absl::Status status;
    std::thread([&] { status = queue.Add("b", At(1), {"lane"}); }).join();
    return status;
  }));
  EXPECT_THAT(Names(queue.Claim(At(1))), ElementsAre("b"));
}

TEST_P(StoreConformanceTest, StatsTellTheBacklog) {
  Queue queue(store());
  FC_ASSERT_OK(queue.Add("a", At(10)));
  FC_ASSERT_OK(queue.Add("b", At(20), {"lane"}));
  FC_ASSERT_OK(queue.Add("c", At(5), {"lane"}));
  EXPECT_EQ(queue.Stats(At(9)).pending, 3);
  EXPECT_EQ(queue.Stats(At(9)).oldest_due, std::nullopt);
  EXPECT_EQ(queue.Stats(At(30)).oldest_due, At(10));
  const std::vector<QueueItem> claimed = queue.Claim(At(10));
  EXPECT_EQ(queue.Stats(At(30)).pending, 2);
  EXPECT_EQ(queue.Stats(At(30)).running, 1);
  EXPECT_EQ(queue.Stats(At(30)).oldest_due, At(20));
  FC_ASSERT_OK(queue.Finish(claimed.at(0)));
  EXPECT_EQ(queue.Stats(At(30)).running, 0);
}

// Against a model: whatever the order of steps, lanes stay ordered and nothing is lost or stuck.
TEST_P(StoreConformanceTest, ManyItemsInManyLanesAllEndInOrder) {
  Queue queue(store());
  std::map<std::string, std::vector<std::string>> lines;
  for (int i = 0; i < 60; ++i) {
    const std::string name = absl::StrCat("d", 100 + i);
    const std::vector<std::string> lanes = i % 7 == 0
                                               ? std::vector<std::string>{"0", "1", "2"}
                                               : std::vector<std::string>{absl::StrCat(i * i % 4)};
    FC_ASSERT_OK(queue.Add(name, At(i * 13 % 10), lanes, absl::StrCat("to", i % 3)));
    for (const std::string& lane : lanes) lines[lane].push_back(name);
  }
  int ended = 0;
  for (int turn = 0; turn < 1000 && ended < 60; ++turn) {
    for (const QueueItem& item : queue.Claim(At(turn), 3)) {
      for (const std::string& lane : item.lanes()) {
        ASSERT_EQ(lines[lane].front(), item.delivery());
      }
      if (turn % 3 == 0) {
        FC_ASSERT_OK(queue.Do([&](Transaction& tx) {
          return tx.queue().Release(item, At(turn + 2), item.attempt_count());
        }));
        continue;
      }
      FC_ASSERT_OK(queue.Finish(item));
      for (const std::string& lane : item.lanes()) lines[lane].erase(lines[lane].begin());
      ++ended;
    }
  }
  EXPECT_EQ(ended, 60);
  EXPECT_EQ(queue.NextDue(), std::nullopt);
  EXPECT_EQ(queue.Stats(At(9999)).pending, 0);
}

}  // namespace
}  // namespace fluxcascade
