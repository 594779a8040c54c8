#include "controlplane/queue/delivery_lifecycle.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using store::v1::ACTION_CREATE;
using store::v1::ACTION_DELETE;
using store::v1::ACTION_MERGE;
using store::v1::ACTION_UPDATE;
using store::v1::Attempt;
using store::v1::Delivery;
using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class DeliveryLifecycleTest : public testing::Test {
 protected:
  DeliveryLifecycleTest() {
    mapping_.set_name("workspaces/default/mappings/m");
    mapping_.mutable_target()->set_connection("workspaces/default/connections/target");
    endpoint_.set_name("workspaces/default/endpoints/e");
    endpoint_.set_url("https://hooks.example/1");
    message_.set_name("workspaces/default/messages/1");
    message_.set_event_type("record.updated");
    message_.set_body("{\"id\":\"1\"}");
    EXPECT_THAT(Run([&](Transaction& tx) {
                  FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping_));
                  FC_RETURN_IF_ERROR(tx.endpoints().Insert(endpoint_));
                  return tx.messages().Insert(message_);
                }),
                IsOk());
  }

  absl::Status Run(const Store::Body& body) { return store_->Run(body); }

  std::string Accept(store::v1::Action action, absl::string_view record,
                     const std::vector<std::string>& merged = {}) {
    store::v1::Event event;
    event.set_name(absl::StrCat("workspaces/default/events/", ++events_));
    event.set_action(action);
    event.set_object_type("contact");
    event.set_record_id(std::string(record));
    for (const std::string& id : merged) event.add_merged_record_ids(id);
    std::string name;
    EXPECT_THAT(Run([&](Transaction& tx) {
                  FC_ASSIGN_OR_RETURN(name, AcceptChange(tx, mapping_, event, now_, random_));
                  return absl::OkStatus();
                }),
                IsOk());
    now_ += absl::Milliseconds(1);
    return name;
  }

  std::string AcceptOutbound() {
    std::string name;
    EXPECT_THAT(Run([&](Transaction& tx) {
                  FC_ASSIGN_OR_RETURN(name, AcceptMessage(tx, endpoint_, message_, now_, random_));
                  return absl::OkStatus();
                }),
                IsOk());
    return name;
  }

  // Claims whatever is due, and begins it.
  std::vector<ClaimedDelivery> Claim(store::v1::Direction direction = DIRECTION_INBOUND) {
    ClaimRequest request;
    request.direction = direction;
    request.now = now_;
    request.limit = 100;
    request.holder = "pool";
    request.lease = absl::Minutes(1);
    std::vector<ClaimedDelivery> claimed;
    EXPECT_THAT(Run([&](Transaction& tx) {
                  claimed.clear();
                  FC_ASSIGN_OR_RETURN(const auto items, tx.queue().ClaimDue(request));
                  for (const auto& item : items) {
                    FC_ASSIGN_OR_RETURN(claimed.emplace_back(), Begin(tx, item, now_));
                  }
                  return absl::OkStatus();
                }),
                IsOk());
    return claimed;
  }

  ClaimedDelivery ClaimOne(store::v1::Direction direction = DIRECTION_INBOUND) {
    std::vector<ClaimedDelivery> claimed = Claim(direction);
    EXPECT_THAT(claimed, SizeIs(1));
    return claimed.empty() ? ClaimedDelivery() : claimed.front();
  }

  absl::Status SucceedNow(const ClaimedDelivery& claimed) {
    return Run([&](Transaction& tx) { return Succeed(tx, claimed, Attempt(), now_); });
  }

  // Whether it has failed for good.
  bool FailNow(const ClaimedDelivery& claimed, bool retry_can_help = true) {
    Attempt attempt;
    attempt.set_error("the target said no");
    bool for_good = false;
    EXPECT_THAT(Run([&](Transaction& tx) {
                  FC_ASSIGN_OR_RETURN(for_good, Fail(tx, claimed, attempt, retry_can_help, now_));
                  return absl::OkStatus();
                }),
                IsOk());
    return for_good;
  }

  absl::Status RetryNow(absl::string_view name) {
    return Run([&](Transaction& tx) { return RetryByHand(tx, name, now_).status(); });
  }

  Delivery Get(absl::string_view name) {
    Delivery delivery;
    EXPECT_THAT(store_->Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(delivery, tx.deliveries().Get(name));
      return absl::OkStatus();
    }),
                IsOk());
    return delivery;
  }

  std::vector<Attempt> Attempts(absl::string_view name) {
    std::vector<Attempt> attempts;
    EXPECT_THAT(store_->Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(attempts, tx.deliveries().ListAttempts(name));
      return absl::OkStatus();
    }),
                IsOk());
    return attempts;
  }

  std::optional<absl::Time> NextDue(store::v1::Direction direction = DIRECTION_INBOUND) {
    std::optional<absl::Time> next;
    EXPECT_THAT(store_->Read([&](Transaction& tx) {
      FC_ASSIGN_OR_RETURN(next, tx.queue().NextDue(direction, absl::InfinitePast()));
      return absl::OkStatus();
    }),
                IsOk());
    return next;
  }

  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeRandom random_;
  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  store::v1::Mapping mapping_;
  store::v1::Endpoint endpoint_;
  store::v1::Message message_;
  int events_ = 0;
};

TEST_F(DeliveryLifecycleTest, CreationsShareNoPlacesWithWhatElseGoesToATarget) {
  Accept(ACTION_CREATE, "1");
  Accept(ACTION_UPDATE, "2");
  Accept(ACTION_DELETE, "3");
  std::vector<std::string> lines;
  for (const ClaimedDelivery& claimed : Claim()) lines.push_back(claimed.item.destination());
  const std::string& target = mapping_.target().connection();
  EXPECT_THAT(lines, UnorderedElementsAre(target + "#creations", target, target));
}

TEST_F(DeliveryLifecycleTest, AChangeBecomesADeliveryThatIsDueNow) {
  const absl::Time accepted = now_;
  const std::string name = Accept(ACTION_CREATE, "1");
  const Delivery delivery = Get(name);
  EXPECT_THAT(name, testing::StartsWith("workspaces/default/deliveries/"));
  EXPECT_EQ(delivery.state(), Delivery::STATE_PENDING);
  EXPECT_EQ(delivery.inbound().mapping(), mapping_.name());
  EXPECT_EQ(delivery.inbound().record_id(), "1");
  EXPECT_EQ(delivery.inbound().object_type(), "contact");
  EXPECT_EQ(delivery.inbound().action(), ACTION_CREATE);
  EXPECT_EQ(FromProto(delivery.next_attempt_time()), accepted);
  EXPECT_EQ(NextDue(), accepted);
}

TEST_F(DeliveryLifecycleTest, EventsOfARecordThatWaitsAreOneDelivery) {
  const std::string name = Accept(ACTION_CREATE, "1");
  for (int i = 0; i < 7; ++i) EXPECT_EQ(Accept(ACTION_UPDATE, "1"), name);
  EXPECT_THAT(Get(name).inbound().events(), SizeIs(8));
  EXPECT_EQ(Get(name).inbound().action(), ACTION_CREATE);
  EXPECT_THAT(Claim(), SizeIs(1));
}

TEST_F(DeliveryLifecycleTest, OfManyEventsTheNewestAreNamed) {
  const std::string name = Accept(ACTION_CREATE, "1");
  for (int i = 0; i < 99; ++i) Accept(ACTION_UPDATE, "1");
  EXPECT_THAT(Get(name).inbound().events(), SizeIs(100));
  EXPECT_EQ(Get(name).inbound().events(0), "workspaces/default/events/1");
  Accept(ACTION_UPDATE, "1");
  EXPECT_THAT(Get(name).inbound().events(), SizeIs(100));
  EXPECT_EQ(Get(name).inbound().events(0), "workspaces/default/events/2");
  EXPECT_EQ(Get(name).inbound().events(99), "workspaces/default/events/101");
}

TEST_F(DeliveryLifecycleTest, ADeleteWinsAndARestoreUndoesIt) {
  const std::string name = Accept(ACTION_UPDATE, "1");
  Accept(ACTION_DELETE, "1");
  EXPECT_EQ(Get(name).inbound().action(), ACTION_DELETE);
  EXPECT_TRUE(Get(name).inbound().source_deleted());
  Accept(ACTION_UPDATE, "1");
  EXPECT_EQ(Get(name).inbound().action(), ACTION_DELETE);
  EXPECT_TRUE(Get(name).inbound().source_deleted());
  Accept(ACTION_CREATE, "1");
  EXPECT_EQ(Get(name).inbound().action(), ACTION_CREATE);
  EXPECT_FALSE(Get(name).inbound().source_deleted());
}

TEST_F(DeliveryLifecycleTest, AnEventWhileTheRecordRunsGetsADeliveryBehindIt) {
  const std::string first = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery running = ClaimOne();
  const std::string second = Accept(ACTION_UPDATE, "1");
  EXPECT_NE(first, second);
  EXPECT_THAT(Claim(), IsEmpty());
  FC_ASSERT_OK(SucceedNow(running));
  EXPECT_EQ(ClaimOne().delivery.name(), second);
}

TEST_F(DeliveryLifecycleTest, ADeliveryBehindAnotherOfItsRecordSaysSo) {
  EXPECT_EQ(Get(Accept(ACTION_CREATE, "1")).waiting_for(), "");
  const ClaimedDelivery running = ClaimOne();
  const std::string second = Accept(ACTION_UPDATE, "1");
  EXPECT_EQ(Get(second).waiting_for(), "an earlier delivery of the same record");
  EXPECT_EQ(Accept(ACTION_UPDATE, "1"), second);
  EXPECT_EQ(Get(second).waiting_for(), "an earlier delivery of the same record");
  FC_ASSERT_OK(SucceedNow(running));
  EXPECT_EQ(ClaimOne().delivery.waiting_for(), "");
}

TEST_F(DeliveryLifecycleTest, DifferentRecordsRunAtTheSameTime) {
  Accept(ACTION_CREATE, "1");
  Accept(ACTION_CREATE, "2");
  EXPECT_THAT(Claim(), SizeIs(2));
}

TEST_F(DeliveryLifecycleTest, AMergeHoldsTheLanesOfAllItsRecords) {
  const std::string merge = Accept(ACTION_MERGE, "1", {"2", "3"});
  Accept(ACTION_UPDATE, "2");
  Accept(ACTION_UPDATE, "4");
  const std::vector<ClaimedDelivery> claimed = Claim();
  ASSERT_THAT(claimed, SizeIs(2));
  EXPECT_EQ(claimed[0].delivery.name(), merge);
  EXPECT_EQ(claimed[1].delivery.inbound().record_id(), "4");
  FC_ASSERT_OK(SucceedNow(claimed[0]));
  EXPECT_EQ(ClaimOne().delivery.inbound().record_id(), "2");
}

TEST_F(DeliveryLifecycleTest, AMergeJoinsNothingAndIsNotJoined) {
  const std::string update = Accept(ACTION_UPDATE, "1");
  const std::string merge = Accept(ACTION_MERGE, "1", {"2"});
  EXPECT_NE(update, merge);
  EXPECT_EQ(Accept(ACTION_UPDATE, "1"), update);
  EXPECT_THAT(Get(merge).inbound().events(), SizeIs(1));
}

TEST_F(DeliveryLifecycleTest, SuccessIsKeptWithItsAttemptAndWhatTheExecutorFoundOut) {
  const std::string name = Accept(ACTION_CREATE, "1");
  ClaimedDelivery claimed = ClaimOne();
  EXPECT_EQ(Get(name).state(), Delivery::STATE_RUNNING);
  claimed.delivery.mutable_inbound()->set_record_display_name("john@example.com");
  FC_ASSERT_OK(SucceedNow(claimed));
  EXPECT_EQ(Get(name).state(), Delivery::STATE_SUCCEEDED);
  EXPECT_EQ(Get(name).inbound().record_display_name(), "john@example.com");
  EXPECT_FALSE(Get(name).has_next_attempt_time());
  ASSERT_THAT(Attempts(name), SizeIs(1));
  EXPECT_EQ(Attempts(name)[0].number(), 1);
  EXPECT_EQ(NextDue(), std::nullopt);
}

TEST_F(DeliveryLifecycleTest, AFailedInboundDeliveryIsTriedFiveTimesInAll) {
  const std::string name = Accept(ACTION_CREATE, "1");
  std::vector<absl::Duration> waits;
  bool for_good = false;
  while (!for_good) {
    const ClaimedDelivery claimed = ClaimOne();
    now_ += absl::Seconds(7);  // the attempt itself takes time, which does not count
    for_good = FailNow(claimed);
    if (for_good) break;
    waits.push_back(*NextDue() - now_);
    now_ = *NextDue();
  }
  EXPECT_THAT(waits, ElementsAre(absl::ZeroDuration(), absl::Minutes(1), absl::Minutes(5),
                                 absl::Minutes(30)));
  EXPECT_EQ(Get(name).state(), Delivery::STATE_FAILED);
  EXPECT_EQ(Get(name).state_reason(), "the target said no");
  EXPECT_EQ(Get(name).attempt_count(), 5);
  EXPECT_THAT(Attempts(name), SizeIs(5));
}

TEST_F(DeliveryLifecycleTest, AFailedOutboundDeliveryIsTriedSixTimesInAll) {
  const std::string name = AcceptOutbound();
  int attempts = 1;
  for (; !FailNow(ClaimOne(DIRECTION_OUTBOUND)); ++attempts) now_ = *NextDue(DIRECTION_OUTBOUND);
  EXPECT_EQ(attempts, 6);
  EXPECT_EQ(Get(name).state(), Delivery::STATE_FAILED);
}

TEST_F(DeliveryLifecycleTest, ADeliveryThatWaitsForItsRetryKeepsItsLane) {
  const std::string first = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery running = ClaimOne();
  Accept(ACTION_UPDATE, "1");
  EXPECT_FALSE(FailNow(running));
  EXPECT_EQ(ClaimOne().delivery.name(), first);
}

TEST_F(DeliveryLifecycleTest, AFailureThatARetryCannotMendIsFinalAndFreesTheLane) {
  const std::string first = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery running = ClaimOne();
  const std::string second = Accept(ACTION_UPDATE, "1");
  EXPECT_TRUE(FailNow(running, /*retry_can_help=*/false));
  EXPECT_EQ(Get(first).state(), Delivery::STATE_FAILED);
  EXPECT_EQ(ClaimOne().delivery.name(), second);
}

TEST_F(DeliveryLifecycleTest, AnEventThatJoinsARetryMakesItDueNowWithAFreshSchedule) {
  const std::string name = Accept(ACTION_CREATE, "1");
  FailNow(ClaimOne());
  FailNow(ClaimOne());
  EXPECT_EQ(Get(name).attempt_count(), 2);
  EXPECT_EQ(NextDue(), now_ + absl::Minutes(1));
  EXPECT_EQ(Accept(ACTION_UPDATE, "1"), name);
  EXPECT_EQ(Get(name).attempt_count(), 0);
  EXPECT_EQ(Get(name).total_attempts(), 2);
  FailNow(ClaimOne());
  EXPECT_EQ(NextDue(), now_);
  EXPECT_EQ(Attempts(name).back().number(), 3);
}

TEST_F(DeliveryLifecycleTest, AnEventBehindARetryMakesItDueNowWithAFreshSchedule) {
  const std::string first = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery running = ClaimOne();
  const std::string second = Accept(ACTION_UPDATE, "1");
  FailNow(running);
  FailNow(ClaimOne());
  EXPECT_EQ(NextDue(), now_ + absl::Minutes(1));
  EXPECT_EQ(Accept(ACTION_UPDATE, "1"), second);
  EXPECT_EQ(Get(first).attempt_count(), 0);
  const ClaimedDelivery again = ClaimOne();
  EXPECT_EQ(again.delivery.name(), first);
  FC_ASSERT_OK(SucceedNow(again));
  EXPECT_EQ(ClaimOne().delivery.name(), second);
}

TEST_F(DeliveryLifecycleTest, WaitingCostsNoRetry) {
  const std::string name = Accept(ACTION_CREATE, "1");
  for (int i = 0; i < 20; ++i) {
    const ClaimedDelivery claimed = ClaimOne();
    const absl::Time until = now_ + absl::Seconds(10);
    FC_ASSERT_OK(Run([&](Transaction& tx) {
      return Wait(tx, claimed, "the target's rate limit", until, now_);
    }));
    EXPECT_EQ(Get(name).waiting_for(), "the target's rate limit");
    EXPECT_EQ(NextDue(), until);
    now_ = until;
  }
  EXPECT_EQ(Get(name).attempt_count(), 0);
  EXPECT_THAT(Attempts(name), IsEmpty());
  EXPECT_EQ(ClaimOne().delivery.attempt_count(), 1);
}

TEST_F(DeliveryLifecycleTest, WhatWasSaidOfADeliveryCanBeReadWhateverItsBytes) {
  const std::string name = Accept(ACTION_UPDATE, "1");
  Attempt attempt;
  attempt.set_error("half a letter: \xC3");
  FC_ASSERT_OK(Run([&, claimed = ClaimOne()](Transaction& tx) {
    return Wait(tx, claimed, attempt.error(), now_, now_);
  }));
  EXPECT_THAT(Get(name).waiting_for(), HasSubstr("half a letter"));
  FC_ASSERT_OK(Run([&, claimed = ClaimOne()](Transaction& tx) {
    return Fail(tx, claimed, attempt, /*retry_can_help=*/true, now_).status();
  }));
  EXPECT_THAT(Get(name).state_reason(), HasSubstr("half a letter"));
  FC_ASSERT_OK(Run([&, claimed = ClaimOne()](Transaction& tx) {
    return Skip(tx, claimed, attempt.error(), attempt, now_);
  }));
  EXPECT_THAT(Get(name).state_reason(), HasSubstr("half a letter"));
  EXPECT_THAT(Attempts(name), SizeIs(2));
}

TEST_F(DeliveryLifecycleTest, ASkippedDeliverySaysWhy) {
  const std::string name = Accept(ACTION_UPDATE, "1");
  const ClaimedDelivery claimed = ClaimOne();
  FC_ASSERT_OK(
      Run([&](Transaction& tx) { return Skip(tx, claimed, "source_missing", Attempt(), now_); }));
  EXPECT_EQ(Get(name).state(), Delivery::STATE_SKIPPED);
  EXPECT_EQ(Get(name).state_reason(), "source_missing");
}

TEST_F(DeliveryLifecycleTest, TwoCreatesWithOneMatchValueRunOneAfterTheOther) {
  Accept(ACTION_CREATE, "1");
  Accept(ACTION_CREATE, "2");
  const std::vector<ClaimedDelivery> claimed = Claim();
  ASSERT_THAT(claimed, SizeIs(2));
  const std::string lane = MatchLane(mapping_.name(), "john@example.com");
  const auto hold = [&](const ClaimedDelivery& delivery) {
    bool first = false;
    EXPECT_THAT(Run([&](Transaction& tx) {
                  FC_ASSIGN_OR_RETURN(first, HoldLane(tx, delivery, lane, now_));
                  return absl::OkStatus();
                }),
                IsOk());
    return first;
  };
  EXPECT_TRUE(hold(claimed[0]));
  EXPECT_TRUE(hold(claimed[0]));
  EXPECT_FALSE(hold(claimed[1]));
  EXPECT_EQ(Get(claimed[1].delivery.name()).state(), Delivery::STATE_PENDING);
  EXPECT_EQ(Get(claimed[1].delivery.name()).attempt_count(), 0);
  EXPECT_EQ(Get(claimed[1].delivery.name()).waiting_for(), "an earlier delivery in the same lane");
  FC_ASSERT_OK(RetryNow(claimed[1].delivery.name()));
  EXPECT_EQ(Get(claimed[1].delivery.name()).waiting_for(), "an earlier delivery in the same lane");
  EXPECT_THAT(Claim(), IsEmpty());
  FC_ASSERT_OK(SucceedNow(claimed[0]));
  const ClaimedDelivery again = ClaimOne();
  EXPECT_EQ(again.delivery.name(), claimed[1].delivery.name());
  EXPECT_EQ(again.delivery.attempt_count(), 1);
  EXPECT_TRUE(hold(again));
}

TEST_F(DeliveryLifecycleTest, AHolderThatComesBackLateChangesNothing) {
  const std::string name = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery late = ClaimOne();
  now_ += absl::Minutes(2);
  const ClaimedDelivery other = ClaimOne();
  EXPECT_THAT(SucceedNow(late), StatusIs(StatusCode::kAborted));
  EXPECT_EQ(Get(name).state(), Delivery::STATE_RUNNING);
  FC_EXPECT_OK(SucceedNow(other));
  EXPECT_THAT(SucceedNow(other), StatusIs(StatusCode::kAborted));
}

TEST_F(DeliveryLifecycleTest, ACrashedHolderRecoversWhatItRan) {
  const std::string name = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery before = ClaimOne();
  int recovered = 0;
  FC_ASSERT_OK(Run([&](Transaction& tx) {
    FC_ASSIGN_OR_RETURN(recovered, Recover(tx, "pool", 10, now_));
    return absl::OkStatus();
  }));
  EXPECT_EQ(recovered, 1);
  EXPECT_EQ(Get(name).state(), Delivery::STATE_PENDING);
  EXPECT_THAT(SucceedNow(before), StatusIs(StatusCode::kAborted));
  EXPECT_EQ(ClaimOne().delivery.attempt_count(), 2);
}

TEST_F(DeliveryLifecycleTest, AFailedDeliveryCanBeRetriedByHandWithAFreshSchedule) {
  const std::string name = Accept(ACTION_CREATE, "1");
  FailNow(ClaimOne(), /*retry_can_help=*/false);
  FC_ASSERT_OK(RetryNow(name));
  EXPECT_EQ(Get(name).state(), Delivery::STATE_PENDING);
  const ClaimedDelivery claimed = ClaimOne();
  EXPECT_EQ(claimed.delivery.attempt_count(), 1);
  FC_ASSERT_OK(SucceedNow(claimed));
  EXPECT_THAT(Attempts(name), SizeIs(2));
}

TEST_F(DeliveryLifecycleTest, ADeliveryRetriedByHandGoesBehindNewerOnesOfItsRecord) {
  const std::string old = Accept(ACTION_CREATE, "1");
  FailNow(ClaimOne(), /*retry_can_help=*/false);
  const std::string newer = Accept(ACTION_UPDATE, "1");
  FC_ASSERT_OK(RetryNow(old));
  EXPECT_EQ(Get(old).waiting_for(), "an earlier delivery of the same record");
  const ClaimedDelivery claimed = ClaimOne();
  EXPECT_EQ(claimed.delivery.name(), newer);
  FC_ASSERT_OK(SucceedNow(claimed));
  EXPECT_EQ(ClaimOne().delivery.name(), old);
}

TEST_F(DeliveryLifecycleTest, AWaitingDeliveryCanBeRetriedByHand) {
  const std::string name = AcceptOutbound();
  FailNow(ClaimOne(DIRECTION_OUTBOUND));
  FC_ASSERT_OK(RetryNow(name));
  EXPECT_EQ(NextDue(DIRECTION_OUTBOUND), now_);
}

TEST_F(DeliveryLifecycleTest, WhatSucceededOrRunsCannotBeRetriedByHand) {
  const std::string name = Accept(ACTION_CREATE, "1");
  const ClaimedDelivery claimed = ClaimOne();
  EXPECT_THAT(RetryNow(name), StatusIs(StatusCode::kFailedPrecondition, HasSubstr("is running")));
  FC_ASSERT_OK(SucceedNow(claimed));
  EXPECT_THAT(RetryNow(name),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has succeeded")));
  EXPECT_THAT(RetryNow("workspaces/default/deliveries/none"), StatusIs(StatusCode::kNotFound));
}

TEST_F(DeliveryLifecycleTest, ARetryByHandGoesToTheEndpointsPresentUrl) {
  const std::string name = AcceptOutbound();
  FailNow(ClaimOne(DIRECTION_OUTBOUND), /*retry_can_help=*/false);
  endpoint_.set_url("https://hooks.example/2");
  FC_ASSERT_OK(Run([&](Transaction& tx) { return tx.endpoints().Update(endpoint_); }));
  FC_ASSERT_OK(RetryNow(name));
  EXPECT_EQ(Get(name).outbound().url(), "https://hooks.example/2");
}

TEST_F(DeliveryLifecycleTest, WithoutItsEndpointADeliveryCannotBeRetried) {
  const std::string name = AcceptOutbound();
  FailNow(ClaimOne(DIRECTION_OUTBOUND), /*retry_can_help=*/false);
  FC_ASSERT_OK(Run([&](Transaction& tx) { return tx.endpoints().Delete(endpoint_.name()); }));
  EXPECT_THAT(RetryNow(name),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("endpoint is gone")));
}

TEST_F(DeliveryLifecycleTest, AnOutboundDeliveryShowsWhatIsToBeSent) {
  message_.set_body(std::string(2047, 'x') + "\xc3\xa9");
  const Delivery delivery = Get(AcceptOutbound());
  EXPECT_EQ(delivery.payload_preview(), std::string(2047, 'x'));
  EXPECT_EQ(delivery.outbound().endpoint(), endpoint_.name());
  EXPECT_EQ(delivery.outbound().event_type(), "record.updated");
}

}  // namespace
}  // namespace fluxcascade
