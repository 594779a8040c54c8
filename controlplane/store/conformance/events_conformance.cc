// Events, rejections, messages and sync logs.
#include <string>
#include <utility>
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
using store::v1::Event;
using store::v1::Message;
using store::v1::Rejection;
using store::v1::SyncLog;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kWorkspace[] = "workspaces/default";

Event EventWith(const std::string& id, const std::string& connection = "c",
                const std::string& record = "r", Event::State state = Event::STATE_ACCEPTED) {
  Event event;
  event.set_name(absl::StrCat(kWorkspace, "/events/", id));
  event.set_connection(connection);
  event.set_record_id(record);
  event.set_state(state);
  return event;
}

absl::Status InsertAll(Transaction& tx, const std::vector<Event>& events) {
  for (const Event& event : events) {
    FC_RETURN_IF_ERROR(tx.events().InsertIfNew(event, "", absl::UnixEpoch()).status());
  }
  return absl::OkStatus();
}

Rejection RejectionOf(const std::string& app, const std::string& node, int number) {
  Rejection rejection;
  rejection.set_name(absl::StrCat(kWorkspace, "/rejections/", 10000 + number));
  rejection.set_app(app);
  rejection.set_edge_node(node);
  return rejection;
}

SyncLog LogWith(const std::string& id, const std::string& mapping, const std::string& record,
                SyncLog::Result result) {
  SyncLog log;
  log.set_name(absl::StrCat(kWorkspace, "/syncLogs/", id));
  log.set_mapping(mapping);
  log.set_source_record_id(record);
  log.set_result(result);
  return log;
}

TEST_P(StoreConformanceTest, AnEventIsStoredOnce) {
  const auto insert = [&](const std::string& id, const std::string& key) {
    return *Run(
        [&](Transaction& tx) { return tx.events().InsertIfNew(EventWith(id), key, At(0)); });
  };
  EXPECT_TRUE(insert("1", "key"));
  EXPECT_FALSE(insert("2", "key"));
  EXPECT_TRUE(insert("3", "another key"));
  EXPECT_TRUE(insert("4", ""));
  EXPECT_TRUE(insert("5", ""));
  EXPECT_THAT(IdsOf(Read([](Transaction& tx) { return tx.events().List("", {}, {}); })->items),
              ElementsAre("5", "4", "3", "1"));
}

TEST_P(StoreConformanceTest, TwoArrivalsInOneTransactionAreOneEvent) {
  EXPECT_EQ(*Run([&](Transaction& tx) -> absl::StatusOr<bool> {
    FC_RETURN_IF_ERROR(tx.events().InsertIfNew(EventWith("1"), "key", At(0)).status());
    return tx.events().InsertIfNew(EventWith("2"), "key", At(0));
  }),
            false);
}

TEST_P(StoreConformanceTest, AKeyOfAnotherConnectionIsAnotherKey) {
  const auto insert = [&](const std::string& id, const std::string& connection) {
    return *Run([&](Transaction& tx) {
      return tx.events().InsertIfNew(EventWith(id, connection), "key", At(0));
    });
  };
  EXPECT_TRUE(insert("1", "a"));
  EXPECT_TRUE(insert("2", "b"));
}

TEST_P(StoreConformanceTest, AnEventIsKnownForSevenDaysAndNotLonger) {
  const auto insert = [&](const std::string& id, absl::Time now) {
    return *Run(
        [&](Transaction& tx) { return tx.events().InsertIfNew(EventWith(id), "key", now); });
  };
  const absl::Duration week = absl::Hours(7 * 24);
  EXPECT_TRUE(insert("1", At(0)));
  EXPECT_FALSE(insert("2", At(0) + week - absl::Microseconds(1)));
  EXPECT_TRUE(insert("3", At(0) + week));
  EXPECT_FALSE(insert("4", At(0) + week + week - absl::Microseconds(1)));
}

TEST_P(StoreConformanceTest, EventsAreListedNewestFirstAndFiltered) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    Event merge = EventWith("5", "b", "r3");
    merge.add_merged_record_ids("r1");
    Event elsewhere = EventWith("6", "a", "r1");
    elsewhere.set_name("workspaces/other/events/6");
    return InsertAll(tx, {EventWith("1", "a", "r1"), EventWith("2", "a", "r2"),
                          EventWith("3", "b", "r1", Event::STATE_UNMAPPED),
                          EventWith("4", "a", "r1", Event::STATE_UNPARSABLE), merge, elsewhere});
  }));
  const auto list = [&](const EventFilter& filter, const std::string& parent = kWorkspace) {
    return IdsOf(AllPages(
                     [&](const PageRequest& page) {
                       return Read(
                           [&](Transaction& tx) { return tx.events().List(parent, filter, page); });
                     },
                     2)
                     ->items);
  };
  const auto unspecified = Event::STATE_UNSPECIFIED;
  EXPECT_THAT(list({}), ElementsAre("5", "4", "3", "2", "1"));
  EXPECT_THAT(list({}, ""), ElementsAre("6", "5", "4", "3", "2", "1"));
  EXPECT_THAT(list({"a", "", unspecified}), ElementsAre("4", "2", "1"));
  EXPECT_THAT(list({"", "r1", unspecified}), ElementsAre("5", "4", "3", "1"));
  EXPECT_THAT(list({"", "", Event::STATE_UNMAPPED}), ElementsAre("3"));
  EXPECT_THAT(list({"", "", Event::STATE_ACCEPTED}), ElementsAre("5", "2", "1"));
  EXPECT_THAT(list({"a", "r1", Event::STATE_UNPARSABLE}), ElementsAre("4"));
  EXPECT_THAT(list({"a", "r1", Event::STATE_UNMAPPED}), IsEmpty());
}

TEST_P(StoreConformanceTest, AnUpdatedEventIsFoundUnderItsNewState) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    FC_RETURN_IF_ERROR(InsertAll(tx, {EventWith("1", "a", "r", Event::STATE_SET_ASIDE)}));
    return tx.events().Update(EventWith("1", "a", "r", Event::STATE_UNSUPPORTED));
  }));
  const auto in_state = [&](Event::State state) {
    return Read([&](Transaction& tx) {
             return tx.events().List(kWorkspace, {"", "", state}, {});
           })
        ->items;
  };
  EXPECT_THAT(in_state(Event::STATE_SET_ASIDE), IsEmpty());
  EXPECT_THAT(in_state(Event::STATE_UNSUPPORTED), SizeIs(1));
  EXPECT_THAT(Write([](Transaction& tx) { return tx.events().Update(EventWith("none")); }),
              StatusIs(StatusCode::kNotFound));
}

TEST_P(StoreConformanceTest, OldEventsAndDedupeKeysGoInBoundedSteps) {
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    for (int i = 1; i <= 5; ++i) {
      Event event = EventWith(absl::StrCat(i));
      *event.mutable_receive_time() = ToProto(At(i));
      FC_RETURN_IF_ERROR(tx.events().InsertIfNew(event, absl::StrCat(i), At(i)).status());
    }
    return absl::OkStatus();
  }));
  const auto trim = [&](absl::Time events, absl::Time keys, int limit) {
    return *Run([&](Transaction& tx) { return tx.events().Trim(events, keys, limit); });
  };
  EXPECT_EQ(trim(At(4), At(0), 2), 2);
  EXPECT_EQ(trim(At(4), At(0), 2), 1);
  EXPECT_EQ(trim(At(4), At(0), 2), 0);
  EXPECT_THAT(IdsOf(Read([](Transaction& tx) { return tx.events().List("", {}, {}); })->items),
              ElementsAre("5", "4"));
  EXPECT_EQ(trim(At(0), At(3), 10), 2);
  const auto is_new = [&](const std::string& key) {
    return *Run([&](Transaction& tx) {
      return tx.events().InsertIfNew(EventWith("again " + key), key, At(10));
    });
  };
  EXPECT_TRUE(is_new("2"));
  EXPECT_FALSE(is_new("3"));
}

TEST_P(StoreConformanceTest, OfEachAppsRejectionsTheNewestThousandAreKept) {
  const auto insert = [&](const std::string& app, const std::string& node, int from, int to) {
    return Write([&](Transaction& tx) {
      for (int i = from; i < to; ++i) {
        FC_RETURN_IF_ERROR(tx.rejections().Insert(RejectionOf(app, node, i)));
      }
      return absl::OkStatus();
    });
  };
  const auto kept = [&](const std::string& app) {
    return IdsOf(AllPages(
                     [&](const PageRequest& page) {
                       return Read([&](Transaction& tx) {
                         return tx.rejections().List(kWorkspace, app, page);
                       });
                     },
                     1000)
                     ->items);
  };
  FC_ASSERT_OK(insert("noisy", "edge", 0, 1000));
  FC_ASSERT_OK(insert("quiet", "edge", 2000, 2001));
  FC_ASSERT_OK(insert("", "edge", 3000, 3001));
  EXPECT_THAT(kept("noisy"), SizeIs(1000));
  EXPECT_EQ(kept("noisy").back(), "10000");
  FC_ASSERT_OK(insert("noisy", "edge", 1000, 1001));
  EXPECT_THAT(kept("noisy"), SizeIs(1000));
  EXPECT_EQ(kept("noisy").front(), "11000");
  EXPECT_EQ(kept("noisy").back(), "10001");
  EXPECT_THAT(kept("quiet"), ElementsAre("12000"));
  EXPECT_THAT(kept(""), SizeIs(1002));
}

TEST_P(StoreConformanceTest, RejectionsWithoutAnAppAreKeptForEachEdgeNode) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.rejections().Insert(RejectionOf("", "other", 0)));
    for (int i = 1; i <= 1001; ++i) {
      FC_RETURN_IF_ERROR(tx.rejections().Insert(RejectionOf("", "flooded", i)));
    }
    return absl::OkStatus();
  }));
  FC_ASSERT_OK_AND_ASSIGN(const Page<Rejection> first, Read([](Transaction& tx) {
                            return tx.rejections().List(kWorkspace, "", {1000, ""});
                          }));
  FC_ASSERT_OK_AND_ASSIGN(const Page<Rejection> second, Read([&](Transaction& tx) {
                            return tx.rejections().List(kWorkspace, "", {1000, first.next});
                          }));
  EXPECT_THAT(IdsOf(second.items), ElementsAre("10000"));
}

TEST_P(StoreConformanceTest, MessagesAreKeptUntilTheyAreTrimmed) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (int i = 1; i <= 3; ++i) {
      Message message;
      message.set_name(absl::StrCat(kWorkspace, "/messages/", i));
      message.set_body("{}");
      *message.mutable_create_time() = ToProto(At(i));
      FC_RETURN_IF_ERROR(tx.messages().Insert(message));
    }
    return absl::OkStatus();
  }));
  const auto get = [&](int i) {
    return Read([&](Transaction& tx) {
      return tx.messages().Get(absl::StrCat(kWorkspace, "/messages/", i));
    });
  };
  EXPECT_EQ(get(1)->body(), "{}");
  EXPECT_EQ(*Run([](Transaction& tx) { return tx.messages().Trim(At(3), 10); }), 2);
  EXPECT_THAT(get(2), StatusIs(StatusCode::kNotFound));
  FC_EXPECT_OK(get(3));
}

TEST_P(StoreConformanceTest, AMessageThatNamesADeliveryIsNotTrimmedButDeleted) {
  Message message;
  message.set_name(absl::StrCat(kWorkspace, "/messages/1"));
  message.add_deliveries(absl::StrCat(kWorkspace, "/deliveries/1"));
  *message.mutable_create_time() = ToProto(At(1));
  FC_ASSERT_OK(Write([&](Transaction& tx) { return tx.messages().Insert(message); }));
  EXPECT_EQ(*Run([](Transaction& tx) { return tx.messages().Trim(At(3), 10); }), 0);
  const auto remove = [&](Transaction& tx) { return tx.messages().Delete(message.name()); };
  FC_EXPECT_OK(Write(remove));
  EXPECT_THAT(Write(remove), StatusIs(StatusCode::kNotFound));
}

TEST_P(StoreConformanceTest, SyncLogsAreListedNewestFirstAndFiltered) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const SyncLog& log : {LogWith("1", "m", "r1", SyncLog::RESULT_CREATED),
                               LogWith("2", "m", "r2", SyncLog::RESULT_FAILED),
                               LogWith("3", "n", "r1", SyncLog::RESULT_UPDATED),
                               LogWith("4", "m", "r1", SyncLog::RESULT_FAILED)}) {
      FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));
    }
    return absl::OkStatus();
  }));
  const auto list = [&](const SyncLogFilter& filter) {
    return IdsOf(AllPages(
                     [&](const PageRequest& page) {
                       return Read([&](Transaction& tx) {
                         return tx.sync_logs().List(kWorkspace, filter, page);
                       });
                     },
                     1)
                     ->items);
  };
  const auto any = SyncLog::RESULT_UNSPECIFIED;
  EXPECT_THAT(list({}), ElementsAre("4", "3", "2", "1"));
  EXPECT_THAT(list({"m", "", any}), ElementsAre("4", "2", "1"));
  EXPECT_THAT(list({"", "r1", any}), ElementsAre("4", "3", "1"));
  EXPECT_THAT(list({"", "", SyncLog::RESULT_FAILED}), ElementsAre("4", "2"));
  EXPECT_THAT(list({"", "", SyncLog::RESULT_UPDATED}), ElementsAre("3"));
  EXPECT_THAT(list({"m", "r1", SyncLog::RESULT_CREATED}), ElementsAre("1"));
}

TEST_P(StoreConformanceTest, OldSyncLogsGo) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (int i = 1; i <= 3; ++i) {
      SyncLog log = LogWith(absl::StrCat(i), "m", "r", SyncLog::RESULT_UPDATED);
      *log.mutable_time() = ToProto(At(i));
      FC_RETURN_IF_ERROR(tx.sync_logs().Insert(log));
    }
    return absl::OkStatus();
  }));
  EXPECT_EQ(*Run([](Transaction& tx) { return tx.sync_logs().Trim(At(3), 10); }), 2);
  EXPECT_THAT(IdsOf(Read([](Transaction& tx) { return tx.sync_logs().List("", {}, {}); })->items),
              ElementsAre("3"));
}

}  // namespace
}  // namespace fluxcascade
