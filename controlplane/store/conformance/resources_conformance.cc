// Repositories of what users set up, and how lists are paged.
#include <array>
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
using store::v1::App;
using store::v1::Connection;
using store::v1::EdgeNode;
using store::v1::Mapping;
using store::v1::Subscription;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kWorkspace[] = "workspaces/default";

template <typename Record>
Record Named(const std::string& name) {
  Record record;
  record.set_name(name);
  return record;
}

App AppWithId(const std::string& id) { return Named<App>(absl::StrCat(kWorkspace, "/apps/", id)); }

// What every repository of resources does.
template <typename Record>
void CheckRepository(Store& store, ResourceRepository<Record>& (*of)(Transaction&),
                     const std::string& collection) {
  const std::string name = collection + "/one";
  const auto run = [&](auto step) {
    return store.Run([&](Transaction& tx) { return step(of(tx)); });
  };
  FC_EXPECT_OK(run([&](auto& records) { return records.Insert(Named<Record>(name)); }));
  EXPECT_THAT(run([&](auto& records) { return records.Insert(Named<Record>(name)); }),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(name)));
  FC_EXPECT_OK(run([&](auto& records) { return records.Get(name).status(); }));
  FC_EXPECT_OK(run([&](auto& records) { return records.Update(Named<Record>(name)); }));
  FC_EXPECT_OK(run([&](auto& records) { return records.Delete(name); }));
  for (const absl::Status& status :
       {run([&](auto& records) { return records.Get(name).status(); }),
        run([&](auto& records) { return records.Update(Named<Record>(name)); }),
        run([&](auto& records) { return records.Delete(name); })}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr(name)));
  }
}

template <auto Repository, typename Record>
ResourceRepository<Record>& Of(Transaction& tx) {
  return (tx.*Repository)();
}

TEST_P(StoreConformanceTest, EveryResourceCanBeInsertedReadUpdatedAndDeleted) {
  using namespace store::v1;  // NOLINT(google-build-using-namespace)
  CheckRepository(store(), Of<&Transaction::workspaces, Workspace>, "workspaces");
  CheckRepository(store(), Of<&Transaction::apps, App>, "workspaces/w/apps");
  CheckRepository(store(), Of<&Transaction::connections, Connection>, "workspaces/w/connections");
  CheckRepository(store(), Of<&Transaction::mappings, Mapping>, "workspaces/w/mappings");
  CheckRepository(store(), Of<&Transaction::subscriptions, Subscription>,
                  "workspaces/w/apps/a/subscriptions");
  CheckRepository(store(), Of<&Transaction::endpoints, Endpoint>, "workspaces/w/endpoints");
  CheckRepository(store(), Of<&Transaction::edge_groups, EdgeGroup>, "edgeGroups");
  CheckRepository(store(), Of<&Transaction::edge_nodes, EdgeNode>, "edgeNodes");
}

TEST_P(StoreConformanceTest, AParentsResourcesAreListedInTheOrderOfTheirNames) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const char* name : {"workspaces/a/apps/2", "workspaces/a/apps/10", "workspaces/a/apps/1",
                             "workspaces/a2/apps/3", "workspaces/b/apps/4"}) {
      FC_RETURN_IF_ERROR(tx.apps().Insert(Named<App>(name)));
    }
    return absl::OkStatus();
  }));
  const auto list = [&](const std::string& parent) {
    return Read([&](Transaction& tx) { return tx.apps().List(parent, {}); });
  };
  EXPECT_THAT(IdsOf(list("workspaces/a")->items), ElementsAre("1", "10", "2"));
  EXPECT_THAT(IdsOf(list("")->items), ElementsAre("1", "10", "2", "3", "4"));
  EXPECT_THAT(list("workspaces/none")->items, IsEmpty());
}

TEST_P(StoreConformanceTest, PagesGoOnWhereTheLastEndedWhateverCameAndWent) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const char* id : {"b", "d", "f", "h"}) {
      FC_RETURN_IF_ERROR(tx.apps().Insert(AppWithId(id)));
    }
    return absl::OkStatus();
  }));
  const auto list = [&](const PageRequest& page) {
    return Read([&](Transaction& tx) { return tx.apps().List(kWorkspace, page); });
  };
  FC_ASSERT_OK_AND_ASSIGN(const Page<App> first, list({2, ""}));
  EXPECT_THAT(IdsOf(first.items), ElementsAre("b", "d"));
  FC_ASSERT_OK(Write([](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.apps().Delete(AppWithId("d").name()));
    FC_RETURN_IF_ERROR(tx.apps().Insert(AppWithId("a")));
    return tx.apps().Insert(AppWithId("e"));
  }));
  FC_ASSERT_OK_AND_ASSIGN(const Page<App> second, list({2, first.next}));
  EXPECT_THAT(IdsOf(second.items), ElementsAre("e", "f"));
  FC_ASSERT_OK_AND_ASSIGN(const Page<App> third, list({2, second.next}));
  EXPECT_THAT(IdsOf(third.items), ElementsAre("h"));
  EXPECT_EQ(third.next, "");
}

TEST_P(StoreConformanceTest, APageThatIsJustFullHasNoNext) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const char* id : {"a", "b"}) FC_RETURN_IF_ERROR(tx.apps().Insert(AppWithId(id)));
    return absl::OkStatus();
  }));
  const auto list = [&](int size) {
    return Read([&](Transaction& tx) { return tx.apps().List(kWorkspace, {size, ""}); });
  };
  EXPECT_EQ(list(2)->next, "");
  EXPECT_NE(list(1)->next, "");
}

TEST_P(StoreConformanceTest, APageHasFiftyUnlessToldOtherwiseAndAThousandAtMost) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (int i = 0; i < 1001; ++i) {
      FC_RETURN_IF_ERROR(tx.apps().Insert(AppWithId(absl::StrCat(1000 + i))));
    }
    return absl::OkStatus();
  }));
  const auto list = [&](int size) {
    return Read([&](Transaction& tx) { return tx.apps().List(kWorkspace, {size, ""}); });
  };
  EXPECT_THAT(list(0)->items, SizeIs(50));
  EXPECT_THAT(list(-1)->items, SizeIs(50));
  EXPECT_THAT(list(1000)->items, SizeIs(1000));
  EXPECT_THAT(list(1001)->items, SizeIs(1000));
}

TEST_P(StoreConformanceTest, ATokenOfAnotherListIsRefused) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const char* name : {"workspaces/a/apps/1", "workspaces/a/apps/2", "workspaces/b/apps/1"}) {
      FC_RETURN_IF_ERROR(tx.apps().Insert(Named<App>(name)));
    }
    return absl::OkStatus();
  }));
  const auto list = [&](const std::string& parent, const std::string& after) {
    return Read([&](Transaction& tx) { return tx.apps().List(parent, {1, after}); });
  };
  FC_ASSERT_OK_AND_ASSIGN(const Page<App> page, list("workspaces/a", ""));
  FC_EXPECT_OK(list("workspaces/a", page.next));
  EXPECT_THAT(list("workspaces/b", page.next), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(list("workspaces/a", "no token"), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Read([&](Transaction& tx) {
                return tx.connections().List("workspaces/a", {1, page.next});
              }),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_P(StoreConformanceTest, ARequestIdFindsWhatItMade) {
  App app = AppWithId("a");
  app.set_request_id("r1");
  FC_ASSERT_OK(Write([&](Transaction& tx) {
    FC_RETURN_IF_ERROR(tx.apps().Insert(AppWithId("without")));
    return tx.apps().Insert(app);
  }));
  const auto find = [&](const std::string& parent, const std::string& id) {
    return *Read([&](Transaction& tx) { return tx.apps().FindByRequestId(parent, id); });
  };
  ASSERT_TRUE(find(kWorkspace, "r1").has_value());
  EXPECT_EQ(find(kWorkspace, "r1")->name(), app.name());
  EXPECT_FALSE(find("workspaces/other", "r1").has_value());
  EXPECT_FALSE(find(kWorkspace, "r").has_value());
  EXPECT_FALSE(find(kWorkspace, "").has_value());
  FC_ASSERT_OK(Write([&](Transaction& tx) { return tx.apps().Delete(app.name()); }));
  EXPECT_FALSE(find(kWorkspace, "r1").has_value());
}

TEST_P(StoreConformanceTest, AppsAreFoundByTheirEdgeGroupAlsoAfterAChange) {
  App app = AppWithId("a");
  app.set_edge_group("edgeGroups/one");
  FC_ASSERT_OK(Write([&](Transaction& tx) { return tx.apps().Insert(app); }));
  app.set_edge_group("edgeGroups/two");
  FC_ASSERT_OK(Write([&](Transaction& tx) { return tx.apps().Update(app); }));
  const auto of = [&](const std::string& group) {
    return IdsOf(*Read([&](Transaction& tx) { return tx.apps().ListByEdgeGroup(group); }));
  };
  EXPECT_THAT(of("edgeGroups/one"), IsEmpty());
  EXPECT_THAT(of("edgeGroups/two"), ElementsAre("a"));
  EXPECT_THAT(of("edgeGroups/t"), IsEmpty());
}

TEST_P(StoreConformanceTest, AppsAreDueForReconcileAtTheirTimeAndNotBefore) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const int second : {30, 10, 20}) {
      App app = AppWithId(absl::StrCat(second));
      *app.mutable_reconcile_time() = ToProto(At(second));
      FC_RETURN_IF_ERROR(tx.apps().Insert(app));
    }
    return tx.apps().Insert(AppWithId("never"));
  }));
  const auto due = [&](absl::Time now, int limit) {
    return IdsOf(*Read([&](Transaction& tx) { return tx.apps().ListDueForReconcile(now, limit); }));
  };
  EXPECT_THAT(due(At(20) - absl::Microseconds(1), 10), ElementsAre("10"));
  EXPECT_THAT(due(At(20), 10), ElementsAre("10", "20"));
  EXPECT_THAT(due(At(99), 1), ElementsAre("10"));
}

TEST_P(StoreConformanceTest, ConnectionsAreFoundByAppAndAccount) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const auto& [id, app, account] : std::vector<std::array<std::string, 3>>{
             {"1", "a", "7"}, {"2", "a", "8"}, {"3", "b", "7"}}) {
      auto connection = Named<Connection>(absl::StrCat(kWorkspace, "/connections/", id));
      connection.set_app(app);
      connection.set_account_id(account);
      FC_RETURN_IF_ERROR(tx.connections().Insert(connection));
    }
    return absl::OkStatus();
  }));
  EXPECT_THAT(IdsOf(*Read([](Transaction& tx) { return tx.connections().ListByApp("a"); })),
              ElementsAre("1", "2"));
  EXPECT_THAT(
      IdsOf(*Read([](Transaction& tx) { return tx.connections().ListByAccount("a", "7"); })),
      ElementsAre("1"));
}

TEST_P(StoreConformanceTest, MappingsAreFoundByEitherSide) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    for (const auto& [id, source, target] : std::vector<std::array<std::string, 3>>{
             {"1", "x", "y"}, {"2", "y", "z"}, {"3", "x", "x"}}) {
      auto mapping = Named<Mapping>(absl::StrCat(kWorkspace, "/mappings/", id));
      mapping.mutable_source()->set_connection(source);
      mapping.mutable_target()->set_connection(target);
      FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));
    }
    return absl::OkStatus();
  }));
  EXPECT_THAT(IdsOf(*Read([](Transaction& tx) { return tx.mappings().ListBySource("x"); })),
              ElementsAre("1", "3"));
  EXPECT_THAT(IdsOf(*Read([](Transaction& tx) { return tx.mappings().ListByConnection("y"); })),
              ElementsAre("1", "2"));
  EXPECT_THAT(IdsOf(*Read([](Transaction& tx) { return tx.mappings().ListByConnection("x"); })),
              ElementsAre("1", "3"));
}

TEST_P(StoreConformanceTest, SubscriptionsAreFoundByAppAndEdgeNodesByGroup) {
  FC_ASSERT_OK(Write([](Transaction& tx) {
    auto subscription = Named<Subscription>(absl::StrCat(kWorkspace, "/apps/a/subscriptions/1"));
    subscription.set_app("a");
    FC_RETURN_IF_ERROR(tx.subscriptions().Insert(subscription));
    auto node = Named<EdgeNode>("edgeNodes/edge.example");
    node.set_group("edgeGroups/main");
    return tx.edge_nodes().Insert(node);
  }));
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.subscriptions().ListByApp("a"); }), SizeIs(1));
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.subscriptions().ListByApp("b"); }), IsEmpty());
  EXPECT_THAT(*Read([](Transaction& tx) { return tx.edge_nodes().ListByGroup("edgeGroups/main"); }),
              SizeIs(1));
}

TEST_P(StoreConformanceTest, ApiTokensAreFoundByTheirHash) {
  const auto empty = [&] { return *Read([](Transaction& tx) { return tx.api_tokens().Empty(); }); };
  EXPECT_TRUE(empty());
  store::v1::ApiToken token;
  token.set_token_hash(std::string("\x00\x01hash", 6));
  token.set_display_name("administrator");
  const auto insert = [&] {
    return Write([&](Transaction& tx) { return tx.api_tokens().Insert(token); });
  };
  FC_ASSERT_OK(insert());
  EXPECT_THAT(insert(), StatusIs(StatusCode::kAlreadyExists, HasSubstr("administrator")));
  EXPECT_FALSE(empty());
  const auto find = [&](const std::string& hash) {
    return *Read([&](Transaction& tx) { return tx.api_tokens().Find(hash); });
  };
  ASSERT_TRUE(find(token.token_hash()).has_value());
  EXPECT_FALSE(find("other").has_value());
}

}  // namespace
}  // namespace fluxcascade
