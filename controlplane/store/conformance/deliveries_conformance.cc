// Deliveries, attempts and links.
#include <string>
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
using store::v1::Attempt;
using store::v1::Delivery;
using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;
using store::v1::DIRECTION_UNSPECIFIED;
using store::v1::Link;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Property;
using testing::SizeIs;

constexpr char kWorkspace[] = "workspaces/default";

std::string NameOfDelivery(const std::string& id) {
  return absl::StrCat(kWorkspace, "/deliveries/", id);
}

Delivery Inbound(const std::string& id, Delivery::State state = Delivery::STATE_PENDING,
                 const std::string& mapping = "m", const std::string& record = "r") {
  Delivery delivery;
  delivery.set_name(NameOfDelivery(id));
  delivery.set_state(state);
  delivery.mutable_inbound()->set_mapping(mapping);
  delivery.mutable_inbound()->set_record_id(record);
  return delivery;
}

Delivery Outbound(const std::string& id, Delivery::State state, const std::string& endpoint) {
  Delivery delivery;
  delivery.set_name(NameOfDelivery(id));
  delivery.set_state(state);
  delivery.mutable_outbound()->set_endpoint(endpoint);
  return delivery;
}

Delivery EndedAt(Delivery delivery, absl::Time time) {
  *delivery.mutable_update_time() = ToProto(time);
  return delivery;
}

Store::Body Inserting(std::vector<Delivery> deliveries) {
  return [deliveries = std::move(deliveries)](Transaction& tx) {
    for (const Delivery& delivery : deliveries) {
      FC_RETURN_IF_ERROR(tx.deliveries().Insert(delivery));
    }
    return absl::OkStatus();
  };
}

absl::StatusOr<std::vector<Delivery>> Pending(Transaction& tx) {
  return tx.deliveries().ListPending("m", "r");
}

Link LinkOf(const std::string& record, const std::string& target, const std::string& match = "") {
  Link link;
  link.set_mapping("m");
  link.set_source_record_id(record);
  link.set_target_record_id(target);
  link.set_match_value(match);
  return link;
}

TEST_P(StoreConformanceTest, DeliveriesAreListedNewestFirstAndFiltered) {
  FC_ASSERT_OK(Write(Inserting({
      Inbound("1", Delivery::STATE_SUCCEEDED, "m"),
      Inbound("2", Delivery::STATE_FAILED, "m"),
      Inbound("3", Delivery::STATE_FAILED, "n"),
      Outbound("4", Delivery::STATE_FAILED, "e"),
      Outbound("5", Delivery::STATE_SUCCEEDED, "f"),
  })));
  const auto list = [&](const DeliveryFilter& filter) {
    return IdsOf(AllPages(
                     [&](const PageRequest& page) {
                       return Read([&](Transaction& tx) {
                         return tx.deliveries().List(kWorkspace, filter, page);
                       });
                     },
                     1)
                     ->items);
  };
  const auto any = Delivery::STATE_UNSPECIFIED;
  EXPECT_THAT(list({}), ElementsAre("5", "4", "3", "2", "1"));
  EXPECT_THAT(list({DIRECTION_INBOUND, any, "", ""}), ElementsAre("3", "2", "1"));
  EXPECT_THAT(list({DIRECTION_OUTBOUND, any, "", ""}), ElementsAre("5", "4"));
  EXPECT_THAT(list({DIRECTION_UNSPECIFIED, Delivery::STATE_FAILED, "", ""}),
              ElementsAre("4", "3", "2"));
  EXPECT_THAT(list({DIRECTION_INBOUND, Delivery::STATE_FAILED, "", ""}), ElementsAre("3", "2"));
  EXPECT_THAT(list({DIRECTION_UNSPECIFIED, any, "m", ""}), ElementsAre("2", "1"));
  EXPECT_THAT(list({DIRECTION_UNSPECIFIED, Delivery::STATE_FAILED, "m", ""}), ElementsAre("2"));
  EXPECT_THAT(list({DIRECTION_UNSPECIFIED, Delivery::STATE_SUCCEEDED, "m", ""}), ElementsAre("1"));
  EXPECT_THAT(list({DIRECTION_UNSPECIFIED, any, "", "e"}), ElementsAre("4"));
}

TEST_P(StoreConformanceTest, ADeliveryIsFoundUnderTheStateItHasNow) {
  FC_ASSERT_OK(Write(Inserting({Inbound("1", Delivery::STATE_PENDING)})));
  FC_ASSERT_OK(Write([](Transaction& tx) {
    return tx.deliveries().Update(Inbound("1", Delivery::STATE_FAILED));
  }));
  const auto in_state = [&](Delivery::State state) {
    return Read([&](Transaction& tx) {
             return tx.deliveries().List(kWorkspace, {DIRECTION_UNSPECIFIED, state, "", ""}, {});
           })
        ->items;
  };
  EXPECT_THAT(in_state(Delivery::STATE_PENDING), IsEmpty());
  EXPECT_THAT(in_state(Delivery::STATE_FAILED), SizeIs(1));
}

TEST_P(StoreConformanceTest, OfADeliverysAttemptsTheNewestFiftyAreKept) {
  FC_ASSERT_OK(Write(Inserting({Inbound("1"), Inbound("11")})));
  const auto add = [&](int from, int to) {
    return Write([&](Transaction& tx) {
      for (int i = from; i <= to; ++i) {
        Attempt attempt;
        attempt.set_number(i);
        FC_RETURN_IF_ERROR(tx.deliveries().AddAttempt(NameOfDelivery("1"), attempt));
      }
      return absl::OkStatus();
    });
  };
  const auto numbers = [&](const std::string& id) {
    std::vector<int> result;
    const auto attempts =
        Read([&](Transaction& tx) { return tx.deliveries().ListAttempts(NameOfDelivery(id)); });
    for (const Attempt& attempt : *attempts) result.push_back(attempt.number());
    return result;
  };
  FC_ASSERT_OK(add(1, 50));
  EXPECT_THAT(numbers("1"), SizeIs(50));
  FC_ASSERT_OK(add(51, 51));
  EXPECT_THAT(numbers("1"), SizeIs(50));
  EXPECT_EQ(numbers("1").front(), 2);
  EXPECT_EQ(numbers("1").back(), 51);
  EXPECT_THAT(numbers("11"), IsEmpty());
  EXPECT_THAT(Write([](Transaction& tx) {
                return tx.deliveries().AddAttempt(NameOfDelivery("none"), Attempt());
              }),
              StatusIs(StatusCode::kNotFound));
}

TEST_P(StoreConformanceTest, ThePendingDeliveriesOfARecordAreListedUntilTheyRun) {
  FC_ASSERT_OK(Write(Inserting({
      Inbound("1", Delivery::STATE_RUNNING),
      Inbound("2", Delivery::STATE_PENDING),
      Inbound("3", Delivery::STATE_PENDING, "m", "other"),
      Inbound("4", Delivery::STATE_PENDING, "n"),
  })));
  EXPECT_THAT(IdsOf(*Run(Pending)), ElementsAre("2"));
  FC_ASSERT_OK(Write([](Transaction& tx) {
    return tx.deliveries().Update(Inbound("2", Delivery::STATE_RUNNING));
  }));
  EXPECT_THAT(IdsOf(*Run(Pending)), IsEmpty());
}

TEST_P(StoreConformanceTest, PendingDeliveriesAreListedFromTheOldestAndMergesNever) {
  Delivery merge = Inbound("3");
  merge.mutable_inbound()->set_action(store::v1::ACTION_MERGE);
  FC_ASSERT_OK(Write(Inserting({Inbound("2"), Inbound("1"), merge})));
  EXPECT_THAT(IdsOf(*Run(Pending)), ElementsAre("1", "2"));
}

TEST_P(StoreConformanceTest, CountsAreOfWhatIsNowAndOfWhatEndedSince) {
  const auto count = [&](absl::Time since) {
    return *Read([&](Transaction& tx) {
      return tx.deliveries().Count(kWorkspace, DIRECTION_INBOUND, since);
    });
  };
  FC_ASSERT_OK(Write(Inserting({
      Inbound("1"),
      Inbound("2", Delivery::STATE_RUNNING),
      EndedAt(Inbound("3", Delivery::STATE_SUCCEEDED), At(0)),
      EndedAt(Inbound("4", Delivery::STATE_SUCCEEDED), At(600)),
      EndedAt(Inbound("5", Delivery::STATE_FAILED), At(600)),
      EndedAt(Outbound("6", Delivery::STATE_FAILED, "e"), At(600)),
  })));
  EXPECT_EQ(count(At(0)).pending, 1);
  EXPECT_EQ(count(At(0)).running, 1);
  EXPECT_EQ(count(At(0)).succeeded, 2);
  EXPECT_EQ(count(At(60)).succeeded, 1);
  EXPECT_EQ(count(At(60)).failed, 1);
  EXPECT_EQ(count(At(660)).failed, 0);
  // Retried by hand, it has not failed any more.
  FC_ASSERT_OK(Write([](Transaction& tx) { return tx.deliveries().Update(Inbound("5")); }));
  EXPECT_EQ(count(At(0)).failed, 0);
  EXPECT_EQ(count(At(0)).pending, 2);
}

TEST_P(StoreConformanceTest, CountsIncludeWhatTheTransactionItselfChanged) {
  FC_ASSERT_OK(Write(Inserting({Inbound("1")})));
  EXPECT_EQ((*Run([](Transaction& tx) -> absl::StatusOr<int64_t> {
              FC_RETURN_IF_ERROR(tx.deliveries().Insert(Inbound("2")));
              FC_ASSIGN_OR_RETURN(const DeliveryCounts counts,
                                  tx.deliveries().Count(kWorkspace, DIRECTION_INBOUND, At(0)));
              return counts.pending;
            })),
            2);
}

TEST_P(StoreConformanceTest, EndedDeliveriesGoWithTheirAttemptsAndCounts) {
  FC_ASSERT_OK(Write(Inserting({
      EndedAt(Inbound("1"), At(0)),
      EndedAt(Inbound("2", Delivery::STATE_SUCCEEDED), At(0)),
      EndedAt(Inbound("3", Delivery::STATE_FAILED), At(60)),
      EndedAt(Inbound("4", Delivery::STATE_SKIPPED), At(120)),
      EndedAt(Inbound("5", Delivery::STATE_SUCCEEDED), At(180)),
  })));
  FC_ASSERT_OK(Write(
      [](Transaction& tx) { return tx.deliveries().AddAttempt(NameOfDelivery("2"), Attempt()); }));
  const auto trim = [&](int limit) {
    return *Run([&](Transaction& tx) { return tx.deliveries().Trim(At(180), limit); });
  };
  EXPECT_THAT(trim(2), SizeIs(2));
  EXPECT_THAT(trim(2), SizeIs(1));
  EXPECT_THAT(trim(2), IsEmpty());
  EXPECT_THAT(IdsOf(Read([](Transaction& tx) { return tx.deliveries().List("", {}, {}); })->items),
              ElementsAre("5", "1"));
  EXPECT_THAT(
      *Read([](Transaction& tx) { return tx.deliveries().ListAttempts(NameOfDelivery("2")); }),
      IsEmpty());
  const DeliveryCounts counts = *Read(
      [](Transaction& tx) { return tx.deliveries().Count(kWorkspace, DIRECTION_INBOUND, At(0)); });
  EXPECT_EQ(counts.succeeded, 1);
  EXPECT_EQ(counts.failed, 0);
}

TEST_P(StoreConformanceTest, LinksAreFoundFromEitherSideAndByMatchValue) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.links().Put(LinkOf("1", "t1", "john@example.com")));
    FC_RETURN_IF_ERROR(tx.links().Put(LinkOf("2", "", "john@example.com")));
    FC_RETURN_IF_ERROR(tx.links().Put(LinkOf("4", "t3")));
    return tx.links().Put(LinkOf("3", "t3"));
  }));
  EXPECT_EQ((*Read([](Transaction& tx) { return tx.links().Find("m", "1"); }))->target_record_id(),
            "t1");
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.links().ListByTarget("m", "t3"); }),
              ElementsAre(Property(&store::v1::Link::source_record_id, "3"),
                          Property(&store::v1::Link::source_record_id, "4")));
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.links().ListByTarget("m", ""); }), IsEmpty());
  EXPECT_FALSE(Read([](Transaction& tx) { return tx.links().Find("other", "1"); })->has_value());
  EXPECT_THAT(
      *Read([](Transaction& tx) { return tx.links().ListByMatchValue("m", "john@example.com"); }),
      SizeIs(2));
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.links().ListByMatchValue("m", ""); }),
              IsEmpty());
}

TEST_P(StoreConformanceTest, ALinkIsReplacedAndDeleted) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.links().Put(LinkOf("1", "old", "a")));
    return tx.links().Put(LinkOf("1", "new", "b"));
  }));
  const auto by_target = [&](const std::string& target) {
    return !Read([&](Transaction& tx) { return tx.links().ListByTarget("m", target); })->empty();
  };
  EXPECT_FALSE(by_target("old"));
  EXPECT_TRUE(by_target("new"));
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.links().ListByMatchValue("m", "a"); }),
              IsEmpty());
  const auto drop = [&] {
    return Write([](Transaction& tx) { return tx.links().Delete("m", "1"); });
  };
  FC_ASSERT_OK(drop());
  EXPECT_FALSE(by_target("new"));
  EXPECT_THAT(drop(), StatusIs(StatusCode::kNotFound));
}

TEST_P(StoreConformanceTest, AMappingsLinksGoInBoundedSteps) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (int i = 0; i < 5; ++i) {
      FC_RETURN_IF_ERROR(tx.links().Put(LinkOf(absl::StrCat(i), absl::StrCat("t", i))));
    }
    Link other = LinkOf("1", "t");
    other.set_mapping("m2");
    return tx.links().Put(other);
  }));
  const auto drop = [&] {
    return *Run([](Transaction& tx) { return tx.links().DeleteByMapping("m", 3); });
  };
  EXPECT_EQ(drop(), 3);
  EXPECT_EQ(drop(), 2);
  EXPECT_EQ(drop(), 0);
  EXPECT_TRUE(Read([](Transaction& tx) { return tx.links().Find("m2", "1"); })->has_value());
}

}  // namespace
}  // namespace fluxcascade
