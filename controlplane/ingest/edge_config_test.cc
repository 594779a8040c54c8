#include "controlplane/ingest/edge_config.h"

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr char kGroup[] = "edgeGroups/main";
constexpr char kOtherGroup[] = "edgeGroups/other";
constexpr char kSecret[] = "fake-client-secret";

std::string AppName(const std::string& id) { return absl::StrCat("workspaces/default/apps/", id); }

class EdgeConfigTest : public testing::Test {
 protected:
  EdgeConfigTest() {
    for (const char* name : {kGroup, kOtherGroup}) {
      store::v1::EdgeGroup group;
      group.set_name(name);
      group.set_public_base_url("https://hooks.example");
      group.set_config_version(7);
      Do([&](Transaction& tx) { return tx.edge_groups().Insert(group); });
    }
  }

  void Do(const Store::Body& body) { ASSERT_THAT(store_->Run(body), IsOk()); }

  static store::v1::App App(const std::string& id, const std::string& system = "hubspot") {
    store::v1::App app;
    app.set_name(AppName(id));
    app.set_system(system);
    app.set_edge_group(kGroup);
    app.set_hook_token(absl::StrCat("token-of-", id));
    return app;
  }

  void Add(const store::v1::App& app) {
    Do([&](Transaction& tx) { return tx.apps().Insert(app); });
  }

  void AddDeleted(const std::string& id, absl::Duration ago) {
    store::v1::App app = App(id);
    *app.mutable_delete_time() = ToProto(clock_.Now() - ago);
    Add(app);
  }

  absl::StatusOr<edge::v1::Config> Build(const std::string& group = kGroup) {
    const OpenApp open_app = [this](const store::v1::App& app) -> absl::StatusOr<AppIdentity> {
      if (unreadable_.contains(app.name())) return absl::DataLossError("no key is called k9");
      AppIdentity identity;
      identity.client_secret = without_secret_.contains(app.name()) ? "" : kSecret;
      identity.accepted_signatures.assign(app.accepted_signatures().begin(),
                                          app.accepted_signatures().end());
      return identity;
    };
    absl::StatusOr<edge::v1::Config> config;
    const absl::Status status = store_->Read([&](Transaction& tx) {
      config = BuildEdgeConfig(tx, group, connectors_, open_app, clock_.Now());
      return config.status();
    });
    return config;
  }

  // The ids of the hooks that an edge of the group gets.
  std::vector<std::string> Hooks(const std::string& group = kGroup) {
    const absl::StatusOr<edge::v1::Config> config = Build(group);
    EXPECT_THAT(config, IsOk());
    std::vector<std::string> ids;
    if (config.ok()) {
      for (const edge::v1::Hook& hook : config->hooks()) ids.push_back(hook.id());
    }
    return ids;
  }

  // A connected node that was heard of `silent` ago and has applied `version`.
  void AddNode(const std::string& id, int64_t version, absl::Duration silent,
               const std::string& config_error = "") {
    store::v1::EdgeNode node;
    node.set_name(absl::StrCat("edgeNodes/", id));
    node.set_group(kGroup);
    node.set_connected(true);
    node.set_applied_config_version(version);
    node.set_config_confirmed(true);
    node.set_config_error(config_error);
    *node.mutable_last_seen_time() = ToProto(clock_.Now() - silent);
    Do([&](Transaction& tx) { return tx.edge_nodes().Insert(node); });
  }

  absl::Status Ready() {
    return store_->Read([&](Transaction& tx) { return CheckEdgesReady(tx, kGroup, clock_.Now()); });
  }

  FakeClock clock_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  ConnectorRegistry connectors_ = MakeConnectorTable({});
  std::set<std::string> unreadable_;  // apps whose secrets can't be opened
  std::set<std::string> without_secret_;
};

TEST_F(EdgeConfigTest, AnAppsHookHasItsTokenItsUrlAndWhatProvesASender) {
  Add(App("crm"));
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(1));
  const edge::v1::Hook& hook = config.hooks(0);
  EXPECT_EQ(hook.id(), AppName("crm"));
  EXPECT_EQ(hook.token(), "token-of-crm");
  EXPECT_EQ(hook.public_url(), "https://hooks.example/v1/hooks/token-of-crm");
  ASSERT_THAT(hook.required(), SizeIs(1));
  EXPECT_EQ(hook.required(0).label(), "v3");
  ASSERT_THAT(hook.required(0).digest().secrets(), SizeIs(1));
  EXPECT_EQ(hook.required(0).digest().secrets(0).value(), kSecret);
  EXPECT_THAT(hook.any_of(), IsEmpty());
  EXPECT_THAT(hook.logged_headers(), Not(IsEmpty()));
}

TEST_F(EdgeConfigTest, WhatAnAppAcceptsBesidesStandsInItsHook) {
  store::v1::App app = App("crm");
  app.add_accepted_signatures("v1");
  Add(app);
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  EXPECT_THAT(config.hooks(0).required(), IsEmpty());
  EXPECT_THAT(config.hooks(0).any_of(), SizeIs(2));
}

TEST_F(EdgeConfigTest, AnAppsQuarantineStandsInItsHook) {
  store::v1::App app = App("crm");
  app.mutable_quarantine()->set_max_requests(500);
  app.mutable_quarantine()->set_max_bytes(1 << 20);
  Add(app);
  Add(App("without"));
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(2));
  EXPECT_EQ(config.hooks(0).quarantine().max_requests(), 500u);
  EXPECT_EQ(config.hooks(0).quarantine().max_bytes(), 1u << 20);
  EXPECT_FALSE(config.hooks(1).has_quarantine());
}

TEST_F(EdgeConfigTest, NothingIsKeptForADeletedApp) {
  store::v1::App app = App("crm");
  app.mutable_quarantine()->set_max_requests(500);
  app.mutable_quarantine()->set_max_bytes(1 << 20);
  *app.mutable_delete_time() = ToProto(clock_.Now());
  Add(app);
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(1));
  EXPECT_FALSE(config.hooks(0).has_quarantine());
}

TEST_F(EdgeConfigTest, AnAppsRateLimitStandsInItsHook) {
  store::v1::App app = App("crm");
  app.mutable_rate_limit()->set_requests_per_second(50);
  app.mutable_rate_limit()->set_burst(200);
  Add(app);
  Add(App("without"));
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(2));
  EXPECT_EQ(config.hooks(0).rate_limit().requests_per_second(), 50u);
  EXPECT_EQ(config.hooks(0).rate_limit().burst(), 200u);
  EXPECT_FALSE(config.hooks(1).has_rate_limit());
}

TEST_F(EdgeConfigTest, AHookWaitsForOurCommitWhereItsAppAsksForIt) {
  store::v1::App waits = App("a");
  waits.mutable_ack()->set_mode(store::v1::AckRule::MODE_CONTROL_PLANE);
  *waits.mutable_ack()->mutable_fallback_after() = ToProto(absl::Milliseconds(800));
  Add(waits);
  store::v1::App local = App("b");
  local.mutable_ack()->set_mode(store::v1::AckRule::MODE_LOCAL);
  Add(local);
  Add(App("c"));
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(3));
  EXPECT_EQ(config.hooks(0).ack().mode(), edge::v1::AckRule::MODE_CONTROL_PLANE);
  EXPECT_EQ(FromProto(config.hooks(0).ack().fallback_after()), absl::Milliseconds(800));
  EXPECT_FALSE(config.hooks(1).has_ack());
  EXPECT_FALSE(config.hooks(2).has_ack());
}

TEST_F(EdgeConfigTest, AGroupHasTheHooksOfItsOwnAppsAlone) {
  Add(App("a"));
  Add(App("b"));
  store::v1::App elsewhere = App("c");
  elsewhere.set_edge_group(kOtherGroup);
  Add(elsewhere);
  EXPECT_THAT(Hooks(), ElementsAre(AppName("a"), AppName("b")));
  EXPECT_THAT(Hooks(kOtherGroup), ElementsAre(AppName("c")));
}

TEST_F(EdgeConfigTest, ASystemWithoutWebhooksHasNoHook) {
  Add(App("books", "pipedrive"));
  Add(App("crm"));
  EXPECT_THAT(Hooks(), ElementsAre(AppName("crm")));
}

TEST_F(EdgeConfigTest, AGroupWithoutAppsHasAConfigurationWithoutHooks) {
  EXPECT_THAT(Hooks(), IsEmpty());
}

TEST_F(EdgeConfigTest, ADeletedAppIsServedUntilItsGracePeriodIsOver) {
  AddDeleted("at-the-end", kHookGracePeriod);
  AddDeleted("over", kHookGracePeriod + absl::Microseconds(1));
  AddDeleted("just-now", absl::ZeroDuration());
  EXPECT_THAT(Hooks(), ElementsAre(AppName("at-the-end"), AppName("just-now")));
}

TEST_F(EdgeConfigTest, TheHookOfADeletedAppSaysWhenItEndsAndNoOther) {
  AddDeleted("deleted", absl::Minutes(10));
  Add(App("live"));
  FC_ASSERT_OK_AND_ASSIGN(const edge::v1::Config config, Build());
  ASSERT_THAT(config.hooks(), SizeIs(2));
  EXPECT_EQ(FromProto(config.hooks(0).not_after()), clock_.Now() + absl::Minutes(50));
  EXPECT_FALSE(config.hooks(1).has_not_after());
}

TEST_F(EdgeConfigTest, AnAppWhoseGracePeriodIsOverCanNotBeBad) {
  unreadable_.insert(AppName("over"));
  AddDeleted("over", kHookGracePeriod + absl::Microseconds(1));
  EXPECT_THAT(Hooks(), IsEmpty());
}

TEST_F(EdgeConfigTest, SecretsThatCanNotBeOpenedRefuseTheWholeAndNameTheApp) {
  Add(App("good"));
  Add(App("bad"));
  unreadable_.insert(AppName("bad"));
  EXPECT_THAT(Build(), StatusIs(StatusCode::kDataLoss, AllOf(HasSubstr(AppName("bad")),
                                                             HasSubstr("no key is called k9"))));
}

TEST_F(EdgeConfigTest, AnAppWithoutASecretRefusesTheWholeAndIsNamed) {
  Add(App("good"));
  Add(App("bad"));
  without_secret_.insert(AppName("bad"));
  EXPECT_THAT(Build(), StatusIs(StatusCode::kFailedPrecondition,
                                AllOf(HasSubstr(AppName("bad")), HasSubstr("no client_secret"))));
}

TEST_F(EdgeConfigTest, AnAppOfAnUnknownSystemRefusesTheWholeAndIsNamed) {
  Add(App("good"));
  Add(App("bad", "abacus"));
  EXPECT_THAT(Build(), StatusIs(StatusCode::kInvalidArgument,
                                AllOf(HasSubstr(AppName("bad")), HasSubstr("abacus"))));
}

TEST_F(EdgeConfigTest, ARefusalTellsNoSecret) {
  store::v1::App app = App("bad");
  app.add_accepted_signatures("v9");
  Add(app);
  EXPECT_THAT(Build(), StatusIs(StatusCode::kInvalidArgument,
                                AllOf(HasSubstr("v9"), Not(HasSubstr(kSecret)))));
}

TEST_F(EdgeConfigTest, AGroupThatIsNotThereIsNotFound) {
  EXPECT_THAT(Build("edgeGroups/none"), StatusIs(StatusCode::kNotFound));
}

TEST_F(EdgeConfigTest, EachChangeRaisesTheVersionOfItsGroupAlone) {
  Do([](Transaction& tx) { return BumpConfigVersion(tx, kGroup); });
  Do([](Transaction& tx) { return BumpConfigVersion(tx, kGroup); });
  EXPECT_EQ(Build()->version(), 9);
  EXPECT_EQ(Build(kOtherGroup)->version(), 7);
}

TEST_F(EdgeConfigTest, EdgesAreReadyWhenEachLiveOneHasAppliedTheVersion) {
  AddNode("one", 7, absl::ZeroDuration());
  AddNode("two", 8, kNodeSilence);
  FC_EXPECT_OK(Ready());
}

TEST_F(EdgeConfigTest, ALiveEdgeThatIsBehindIsWaitedForByName) {
  AddNode("one", 7, absl::ZeroDuration());
  AddNode("two", 6, kNodeSilence, "hook x has no recipe");
  EXPECT_THAT(Ready(), StatusIs(StatusCode::kFailedPrecondition,
                                AllOf(HasSubstr("edgeNodes/two to apply configuration 7"),
                                      HasSubstr("hook x has no recipe"))));
}

TEST_F(EdgeConfigTest, AnEdgeThatHasBeenSilentForLongerIsNotWaitedFor) {
  AddNode("one", 7, absl::ZeroDuration());
  AddNode("two", 6, kNodeSilence + absl::Microseconds(1));
  FC_EXPECT_OK(Ready());
}

TEST_F(EdgeConfigTest, WithoutALiveEdgeNothingIsReady) {
  AddNode("one", 7, kNodeSilence + absl::Microseconds(1));
  EXPECT_THAT(Ready(), StatusIs(StatusCode::kFailedPrecondition, HasSubstr(kGroup)));
}

}  // namespace
}  // namespace fluxcascade
