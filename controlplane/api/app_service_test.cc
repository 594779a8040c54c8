#include "controlplane/api/app_service.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/ingest/edge_config.h"
#include "controlplane/retention/retention.h"
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
using testing::StartsWith;

constexpr char kApp[] = "workspaces/default/apps/crm";
constexpr char kHubSpot[] = R"pb(
  system: "hubspot"
  external_id: "4711"
  client_id: "public-id"
  client_secret: "fake-client-secret"
  edge_group: "edgeGroups/main"
  webhook_credential { developer_key { key: "fake-developer-key" } }
)pb";

constexpr char kQuarantine[] = "quarantine { max_requests: 500 max_bytes: 1048576 } ";

class AppServiceTest : public testing::Test {
 protected:
  using Stub = v1::AppService::StubInterface;

  // `more` are fields of the request.
  absl::StatusOr<v1::App> Create(const std::string& app, const std::string& more) {
    return api_.Call(&Stub::CreateApp,
                     absl::StrCat("parent: 'workspaces/default' ", more, " app {", app, "}"));
  }
  // A HubSpot app of this id, which must succeed.
  v1::App Create(const std::string& id) {
    const auto app = Create(kHubSpot, absl::StrCat("app_id: '", id, "'"));
    EXPECT_THAT(app, IsOk());
    return app.value_or(v1::App());
  }
  absl::StatusOr<v1::App> Get(const std::string& name) {
    return api_.Call(&Stub::GetApp, absl::StrCat("name: '", name, "'"));
  }
  absl::StatusOr<v1::ListAppsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListApps, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  absl::StatusOr<v1::App> Update(const std::string& app, const std::string& mask = "") {
    return api_.Call(&Stub::UpdateApp, absl::StrCat("app { name: '", kApp, "' ", app, "}", mask));
  }
  absl::Status Delete(const std::string& name = kApp) {
    return api_.Call(&Stub::DeleteApp, absl::StrCat("name: '", name, "'")).status();
  }
  // What the edges of the group are told to serve, by app.
  std::vector<std::string> Hooks() {
    std::vector<std::string> ids;
    env_.Do([&](Transaction& tx) -> absl::Status {
      ids.clear();
      FC_ASSIGN_OR_RETURN(
          const edge::v1::Config config,
          BuildEdgeConfig(
              tx, ApiEnvironment::kGroup, env_.connectors,
              [&](const store::v1::App& app) { return OpenAppIdentity(env_.keyring, app); },
              env_.clock.Now()));
      for (const edge::v1::Hook& hook : config.hooks()) ids.push_back(hook.id());
      return absl::OkStatus();
    });
    return ids;
  }
  // A HubSpot app `crm` that is the source of a mapping, with real-time sync on.
  store::v1::Mapping CreateInUse() {
    Create("crm");
    const store::v1::Connection connection = env_.AddConnection("c", env_.App(kApp));
    store::v1::Mapping mapping = env_.AddMapping("m", connection, connection);
    mapping.set_realtime_enabled(true);
    env_.Do([&](Transaction& tx) { return tx.mappings().Update(mapping); });
    return mapping;
  }
  void AddEdgeGroup(const std::string& id) {
    env_.Do([&](Transaction& tx) {
      store::v1::EdgeGroup group;
      group.set_name(absl::StrCat("edgeGroups/", id));
      group.set_public_base_url("https://other.example");
      group.set_config_version(10);
      return tx.edge_groups().Insert(group);
    });
  }
  void AddSubscription(int failed_attempts, const std::string& error) {
    env_.Do([&](Transaction& tx) {
      store::v1::Subscription subscription;
      subscription.set_name(absl::StrCat(kApp, "/subscriptions/s"));
      subscription.set_app(kApp);
      subscription.set_state(store::v1::Subscription::STATE_REMOVING);
      subscription.set_failed_attempts(failed_attempts);
      subscription.set_state_reason(error);
      return tx.subscriptions().Insert(subscription);
    });
  }
  void Purge() { FC_EXPECT_OK(Retention({}, *env_.store, env_.clock).RunOnce()); }

  ApiEnvironment env_;
  AppServiceImpl service_{env_.context};
  InProcess<v1::AppService> api_{service_};
};

TEST_F(AppServiceTest, CreatesAnAppWithAnUnguessableHookUrl) {
  const v1::App app = Create("crm");
  EXPECT_EQ(app.name(), kApp);
  EXPECT_EQ(app.system(), "hubspot");
  EXPECT_EQ(app.external_id(), "4711");
  EXPECT_EQ(app.client_id(), "public-id");
  EXPECT_EQ(app.etag(), "1");
  EXPECT_EQ(FromProto(app.create_time()), env_.clock.Now());
  const std::string prefix = "https://hooks.example/v1/hooks/";
  EXPECT_THAT(app.hook_url(), StartsWith(prefix));
  EXPECT_EQ(app.hook_url().size(), prefix.size() + 24);
  EXPECT_NE(app.hook_url(), Create("other").hook_url());
}

TEST_F(AppServiceTest, TheEdgesAreToldOfANewAppsHook) {
  Create("crm");
  EXPECT_THAT(Hooks(), ElementsAre(kApp));
  EXPECT_EQ(env_.ConfigVersion(), 2);
}

TEST_F(AppServiceTest, NoAnswerHoldsASecret) {
  EXPECT_THAT(Create("crm").DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(Get(kApp)->DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(List("")->DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(Update("client_secret: 'fake-new-secret'")->DebugString(), Not(HasSubstr("fake-")));
}

TEST_F(AppServiceTest, SecretsAreStoredSealed) {
  Create("crm");
  const store::v1::App stored = env_.App(kApp);
  EXPECT_THAT(stored.SerializeAsString(),
              AllOf(Not(HasSubstr("fake-client-secret")), Not(HasSubstr("fake-developer-key"))));
  EXPECT_THAT(OpenField(env_.keyring, stored.client_secret(), kApp, kClientSecretField),
              IsOkAndHolds("fake-client-secret"));
  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential credential,
                          OpenCredential(env_.keyring, stored.webhook_credential(), kApp));
  EXPECT_EQ(credential.kind, CredentialKind::kDeveloperKey);
  EXPECT_EQ(credential.token, "fake-developer-key");
}

TEST_F(AppServiceTest, WithoutAnIdOneIsMade) {
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app, Create(kHubSpot, ""));
  EXPECT_EQ(app.name().size(), std::string("workspaces/default/apps/").size() + 26);
  FC_EXPECT_OK(Get(app.name()));
}

TEST_F(AppServiceTest, AnIdHas1To63CharactersOfItsAlphabet) {
  Create(std::string(63, 'a'));
  for (const std::string& id : {std::string(64, 'a'), std::string("Crm"), std::string("a/b")}) {
    EXPECT_THAT(Create(kHubSpot, absl::StrCat("app_id: '", id, "'")).status(),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("app_id: \"" + id), HasSubstr("1 to 63 characters"))));
  }
}

TEST_F(AppServiceTest, AnIdIsUsedOnce) {
  Create("crm");
  EXPECT_THAT(Create(kHubSpot, "app_id: 'crm'").status(),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(kApp)));
}

TEST_F(AppServiceTest, ARepeatedRequestIdMakesNothingTwice) {
  FC_ASSERT_OK_AND_ASSIGN(const v1::App first, Create(kHubSpot, "request_id: 'r'"));
  env_.clock.Advance(absl::Seconds(1));
  FC_ASSERT_OK_AND_ASSIGN(const v1::App second, Create(kHubSpot, "request_id: 'r'"));
  EXPECT_EQ(first.DebugString(), second.DebugString());
  EXPECT_EQ(List("")->apps_size(), 1);
}

TEST_F(AppServiceTest, ARequestIdHasAtMost64Characters) {
  FC_EXPECT_OK(Create(kHubSpot, absl::StrCat("request_id: '", std::string(64, 'r'), "'")));
  EXPECT_THAT(Create(kHubSpot, absl::StrCat("request_id: '", std::string(65, 'r'), "'")).status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("request_id: "), HasSubstr("65"), HasSubstr("64"))));
}

TEST_F(AppServiceTest, AnUnknownSystemIsRefusedWithTheKnownOnes) {
  EXPECT_THAT(
      Create("system: 'sap'", "").status(),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("app.system: "), HasSubstr("sap"),
                                                   HasSubstr("hubspot"), HasSubstr("pipedrive"))));
}

TEST_F(AppServiceTest, ASourceNeedsWhatItsWebhooksNeed) {
  const auto refusal = [&](const std::string& fields) {
    return Create("system: 'hubspot' " + fields, "").status();
  };
  EXPECT_THAT(refusal("client_secret: 'fake' edge_group: 'edgeGroups/main'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.external_id: is missing")));
  EXPECT_THAT(refusal("external_id: '1' edge_group: 'edgeGroups/main'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.client_secret: is missing")));
  EXPECT_THAT(refusal("external_id: '1' client_secret: 'fake'"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.edge_group: is missing")));
  EXPECT_THAT(refusal("external_id: '1' client_secret: 'fake' edge_group: 'main'"),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("app.edge_group: \"main\""), HasSubstr("edgeGroups/"))));
  EXPECT_THAT(refusal("external_id: '1' client_secret: 'fake' edge_group: 'edgeGroups/none'"),
              StatusIs(StatusCode::kNotFound, HasSubstr("edgeGroups/none")));
}

TEST_F(AppServiceTest, AMereTargetNeedsNone) {
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app, Create("system: 'pipedrive'", "app_id: 'sales'"));
  EXPECT_EQ(app.hook_url(), "");
  EXPECT_EQ(env_.ConfigVersion(), 1);
}

TEST_F(AppServiceTest, OnlyTheSystemsOlderSignaturesCanBeListed) {
  FC_EXPECT_OK(Create(absl::StrCat(kHubSpot, "accepted_signatures: ['v1', 'v2']"), ""));
  EXPECT_THAT(Create(absl::StrCat(kHubSpot, "accepted_signatures: 'v9'"), "").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("app.accepted_signatures: "), HasSubstr("\"v9\""),
                             HasSubstr("allowed: v1, v2"))));
  EXPECT_THAT(Create("system: 'pipedrive' accepted_signatures: 'v1'", "").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("nothing can be listed")));
}

TEST_F(AppServiceTest, WhenWebhooksAreAnsweredIsTheAppsToSayAndReachesItsEdges) {
  Create("crm");
  EXPECT_FALSE(Get(kApp)->has_ack());
  const int64_t version = env_.ConfigVersion();
  FC_ASSERT_OK_AND_ASSIGN(
      const v1::App waiting,
      Update("ack { mode: MODE_CONTROL_PLANE fallback_after { nanos: 800000000 } }"));
  EXPECT_EQ(waiting.ack().mode(), v1::AckRule::MODE_CONTROL_PLANE);
  EXPECT_EQ(FromProto(Get(kApp)->ack().fallback_after()), absl::Milliseconds(800));
  EXPECT_EQ(env_.ConfigVersion(), version + 1);
  FC_EXPECT_OK(Update("", "update_mask { paths: 'ack' }"));
  EXPECT_FALSE(Get(kApp)->has_ack());
}

TEST_F(AppServiceTest, AnAppIsNotCreatedWithARuleThatNoEdgeTakes) {
  EXPECT_THAT(Create(absl::StrCat(kHubSpot, "ack { mode: MODE_CONTROL_PLANE }"), "").status(),
              StatusIs(StatusCode::kInvalidArgument, StartsWith("app.ack.fallback_after: ")));
}

TEST_F(AppServiceTest, TextsAreCheckedAtTheirLimits) {
  const auto with_name = [&](size_t size) {
    return Create(absl::StrCat(kHubSpot, "display_name: '", std::string(size, 'n'), "'"), "");
  };
  FC_EXPECT_OK(with_name(200));
  EXPECT_THAT(with_name(201).status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("app.display_name: "), HasSubstr("201"), HasSubstr("200"))));
}

TEST_F(AppServiceTest, TheParentIsAKnownWorkspace) {
  EXPECT_THAT(api_.Call(&Stub::CreateApp, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  EXPECT_THAT(api_.Call(&Stub::CreateApp, "parent: 'default'").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("parent: \"default\""), HasSubstr("workspaces/"))));
  EXPECT_THAT(api_.Call(&Stub::ListApps, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
}

TEST_F(AppServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  EXPECT_THAT(Get(kApp).status(), StatusIs(StatusCode::kNotFound, HasSubstr(kApp)));
  EXPECT_THAT(Update("").status(), StatusIs(StatusCode::kNotFound, HasSubstr(kApp)));
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kNotFound, HasSubstr(kApp)));
  EXPECT_THAT(api_.Call(&Stub::UpdateApp, "app { name: 'crm' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.name: \"crm\"")));
  EXPECT_THAT(Get("apps/crm").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("name: \"apps/crm\""),
                             HasSubstr("workspaces/{workspace}/apps/{app}"))));
}

TEST_F(AppServiceTest, AListGivesAllOncePageByPage) {
  for (const char* id : {"c", "a", "e", "b", "d"}) Create(id);
  const auto names = Walk([&](const std::string& token) { return List("page_size: 2 " + token); },
                          [](const auto& page) { return page.apps(); });
  const std::string prefix = "workspaces/default/apps/";
  EXPECT_THAT(names,
              ElementsAre(prefix + "a", prefix + "b", prefix + "c", prefix + "d", prefix + "e"));
  EXPECT_EQ(List("page_size: 2")->apps_size(), 2);
}

TEST_F(AppServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(AppServiceTest, AnUpdateChangesWhatTheMaskNames) {
  Create("crm");
  env_.clock.Advance(absl::Seconds(1));
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app, Update("display_name: 'CRM' external_id: '9'",
                                                    "update_mask { paths: 'display_name' }"));
  EXPECT_EQ(app.display_name(), "CRM");
  EXPECT_EQ(app.external_id(), "4711");
  EXPECT_EQ(app.etag(), "2");
  EXPECT_EQ(FromProto(app.update_time()), env_.clock.Now());
  EXPECT_EQ(FromProto(app.create_time()), env_.clock.Now() - absl::Seconds(1));
}

TEST_F(AppServiceTest, AReplacedSecretIsTakenForAsLongAsItIsKept) {
  Create("crm");
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app, Update("client_secret: 'fake-second'",
                                                    "keep_former_secret { seconds: 3600 }"));
  ASSERT_EQ(app.former_secrets_size(), 1);
  const absl::Time end = env_.clock.Now() + absl::Hours(1);
  EXPECT_EQ(FromProto(app.former_secrets(0).not_after()), end);
  FC_ASSERT_OK_AND_ASSIGN(const AppIdentity identity,
                          OpenAppIdentity(env_.keyring, env_.App(kApp)));
  EXPECT_EQ(identity.client_secret, "fake-second");
  ASSERT_EQ(identity.former_secrets.size(), 1u);
  EXPECT_EQ(identity.former_secrets[0].value, "fake-client-secret");
  EXPECT_EQ(identity.former_secrets[0].not_after, end);

  env_.clock.Advance(absl::Hours(1));
  FC_ASSERT_OK_AND_ASSIGN(const v1::App later, Update("client_secret: 'fake-third'"));
  EXPECT_EQ(later.former_secrets_size(), 0);
}

TEST_F(AppServiceTest, NoSecretIsKeptWhereNoneIsReplaced) {
  Create("crm");
  EXPECT_THAT(Update("display_name: 'CRM'", "keep_former_secret { seconds: 3600 }"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("keep_former_secret: ")));
}

TEST_F(AppServiceTest, AnAppsHookMayBeLimited) {
  Create("crm");
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app,
                          Update("rate_limit { requests_per_second: 50 burst: 200 }"));
  EXPECT_EQ(app.rate_limit().requests_per_second(), 50u);
  EXPECT_EQ(app.rate_limit().burst(), 200u);
  EXPECT_THAT(Update("rate_limit { burst: 1 }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("app.rate_limit.requests_per_second: must be 1 to 1000000")));
  FC_ASSERT_OK_AND_ASSIGN(const v1::App without, Update("", "update_mask { paths: 'rate_limit' }"));
  EXPECT_FALSE(without.has_rate_limit());
}

TEST_F(AppServiceTest, AnUpdateIsToldToTheEdgesAndTheSubscriptions) {
  Create("crm");
  FC_ASSERT_OK(Update("external_id: '9'"));
  EXPECT_EQ(env_.ConfigVersion(), 3);
  EXPECT_EQ(env_.subscriptions_changed, 1);
  EXPECT_EQ(FromProto(env_.App(kApp).reconcile_time()), env_.clock.Now());
}

TEST_F(AppServiceTest, AnAppThatMovesIsToldToTheEdgesOfBothGroups) {
  Create("crm");
  AddEdgeGroup("other");
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app, Update("edge_group: 'edgeGroups/other'"));
  EXPECT_THAT(app.hook_url(), StartsWith("https://other.example/v1/hooks/"));
  EXPECT_EQ(env_.ConfigVersion(), 3);
  EXPECT_EQ(env_.ConfigVersion("edgeGroups/other"), 11);
}

TEST_F(AppServiceTest, AnAppDoesNotMoveWhileItsWebhooksAreNeeded) {
  const store::v1::Mapping mapping = CreateInUse();
  AddEdgeGroup("other");
  for (const auto& [field, value] :
       {std::pair{"edge_group", "edgeGroups/other"}, std::pair{"external_id", "9"}}) {
    EXPECT_THAT(Update(absl::StrCat(field, ": '", value, "'")).status(),
                StatusIs(StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(absl::StrCat("app.", field, ": ")),
                               HasSubstr(mapping.name()), HasSubstr("turn real-time sync off"))));
  }
  FC_EXPECT_OK(Update("edge_group: 'edgeGroups/main' external_id: '4711' display_name: 'same'"));
}

TEST_F(AppServiceTest, AnAppMovesOnceItsSubscriptionsAreTakenAway) {
  Create("crm");
  AddSubscription(/*failed_attempts=*/0, "");
  EXPECT_THAT(Update("external_id: '9'").status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("1 webhook subscriptions are being taken away")));
  env_.Do([&](Transaction& tx) {
    return tx.subscriptions().Delete(absl::StrCat(kApp, "/subscriptions/s"));
  });
  FC_EXPECT_OK(Update("external_id: '9'"));
}

TEST_F(AppServiceTest, AnUpdateOfAnOlderStateIsRefused) {
  Create("crm");
  FC_ASSERT_OK(Update("etag: '1' display_name: 'one'"));
  EXPECT_THAT(Update("etag: '1' display_name: 'two'").status(),
              StatusIs(StatusCode::kAborted, AllOf(HasSubstr("etag: \"1\""), HasSubstr("get it"))));
  EXPECT_EQ(Get(kApp)->display_name(), "one");
  EXPECT_EQ(env_.subscriptions_changed, 1);
}

TEST_F(AppServiceTest, TheSystemCannotBeChanged) {
  Create("crm");
  EXPECT_THAT(Update("system: 'pipedrive'", "update_mask { paths: 'system' }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("update_mask: \"system\""), HasSubstr("display_name"),
                             HasSubstr("client_secret"))));
  EXPECT_THAT(Update("system: 'pipedrive'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.system: cannot be changed")));
  FC_EXPECT_OK(Update("system: 'hubspot' display_name: 'CRM'"));
}

TEST_F(AppServiceTest, AnUpdateCannotTakeAwayWhatASourceNeeds) {
  Create("crm");
  EXPECT_THAT(Update("", "update_mask { paths: 'client_secret' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.client_secret: is missing")));
  EXPECT_THAT(Update("", "update_mask { paths: 'edge_group' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.edge_group: is missing")));
}

TEST_F(AppServiceTest, AQuarantineIsSetShownToldToTheEdgesAndTakenAway) {
  FC_ASSERT_OK_AND_ASSIGN(const v1::App app,
                          Create(absl::StrCat(kHubSpot, kQuarantine), "app_id: 'crm'"));
  EXPECT_EQ(app.quarantine().max_requests(), 500u);
  EXPECT_EQ(app.quarantine().max_bytes(), 1u << 20);
  FC_ASSERT_OK(Update("quarantine { max_requests: 7 max_bytes: 4096 }"));
  EXPECT_EQ(env_.App(kApp).quarantine().max_requests(), 7u);
  EXPECT_EQ(env_.App(kApp).quarantine().max_bytes(), 4096u);
  EXPECT_EQ(env_.ConfigVersion(), 3);
  FC_ASSERT_OK(Update("display_name: 'CRM'"));
  EXPECT_TRUE(Get(kApp)->has_quarantine()) << "an update without it leaves it alone";
  FC_ASSERT_OK(Update("", "update_mask { paths: 'quarantine' }"));
  EXPECT_FALSE(Get(kApp)->has_quarantine());
}

TEST_F(AppServiceTest, AQuarantineOutsideItsLimitsIsRefusedAndTheOldOneStays) {
  FC_ASSERT_OK(Create(absl::StrCat(kHubSpot, kQuarantine), "app_id: 'crm'"));
  EXPECT_THAT(Update("quarantine { max_requests: 100001 max_bytes: 4096 }").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       "app.quarantine.max_requests: 100001 is not within 1 to 100000"));
  EXPECT_THAT(Update("quarantine {}").status(), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(Get(kApp)->quarantine().max_requests(), 500u);
}

TEST_F(AppServiceTest, ASystemWithoutWebhooksHasNoQuarantine) {
  EXPECT_THAT(
      Create(absl::StrCat("system: 'pipedrive'", kQuarantine), "").status(),
      StatusIs(StatusCode::kInvalidArgument,
               AllOf(HasSubstr("app.quarantine: "), HasSubstr("Pipedrive sends no webhooks"))));
}

TEST_F(AppServiceTest, AReleaseAndADiscardNameTheEdgesThatAreNotThere) {
  FC_ASSERT_OK(Create(absl::StrCat(kHubSpot, kQuarantine), "app_id: 'crm'"));
  env_.Do([&](Transaction& tx) {
    store::v1::EdgeNode node;
    node.set_name("edgeNodes/one");
    node.set_group(ApiEnvironment::kGroup);
    return tx.edge_nodes().Insert(node);
  });
  const std::string name = absl::StrCat("name: '", kApp, "'");
  FC_ASSERT_OK_AND_ASSIGN(const auto released, api_.Call(&Stub::ReleaseQuarantine, name));
  FC_ASSERT_OK_AND_ASSIGN(const auto discarded, api_.Call(&Stub::DiscardQuarantine, name));
  for (const auto& edges : {released.edges(), discarded.edges()}) {
    ASSERT_EQ(edges.size(), 1);
    EXPECT_EQ(edges[0].edge_node(), "edgeNodes/one");
    EXPECT_EQ(edges[0].outcome(), v1::EdgeQuarantineResult::OUTCOME_NOT_ASKED);
  }
}

TEST_F(AppServiceTest, AnAppWithoutAQuarantineHasNothingToReleaseOrDiscard) {
  Create("crm");
  const std::string name = absl::StrCat("name: '", kApp, "'");
  EXPECT_THAT(api_.Call(&Stub::ReleaseQuarantine, name).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has no quarantine")));
  EXPECT_THAT(api_.Call(&Stub::DiscardQuarantine, name).status(),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("has no quarantine")));
}

TEST_F(AppServiceTest, AnAppInUseIsNotDeleted) {
  Create("crm");
  const store::v1::Connection connection = env_.AddConnection("c", env_.App(kApp));
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr(connection.name()), HasSubstr("delete"))));
  FC_EXPECT_OK(Get(kApp));
}

TEST_F(AppServiceTest, AnAppWithSubscriptionsAtTheSystemIsNotDeleted) {
  Create("crm");
  AddSubscription(/*failed_attempts=*/0, "");
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr("1 webhook subscriptions"), HasSubstr("again"),
                                       Not(HasSubstr("last error")))));
}

TEST_F(AppServiceTest, AnAppWhoseSubscriptionsCannotBeTakenAwaySaysWhy) {
  Create("crm");
  AddSubscription(/*failed_attempts=*/2, "the key was revoked");
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr("1 webhook subscriptions"),
                                       HasSubstr("the last error was: the key was revoked"))));
}

TEST_F(AppServiceTest, ADeletedAppIsGoneButItsHookIsServedForAnHour) {
  Create("crm");
  FC_ASSERT_OK(Delete());
  EXPECT_THAT(Get(kApp).status(), StatusIs(StatusCode::kNotFound, HasSubstr("was deleted")));
  EXPECT_THAT(Update("").status(), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(List("")->apps(), IsEmpty());
  env_.clock.Advance(kHookGracePeriod);
  Purge();
  EXPECT_THAT(Hooks(), ElementsAre(kApp));
  env_.clock.Advance(absl::Microseconds(1));
  const int64_t version = env_.ConfigVersion();
  Purge();
  EXPECT_THAT(Hooks(), IsEmpty());
  EXPECT_EQ(env_.ConfigVersion(), version + 1);
}

TEST_F(AppServiceTest, TheEdgesAreToldWhenTheHookOfADeletedAppEnds) {
  Create("crm");
  const int64_t version = env_.ConfigVersion();
  FC_ASSERT_OK(Delete());
  EXPECT_EQ(env_.ConfigVersion(), version + 1);
}

TEST_F(AppServiceTest, TheIdOfADeletedAppIsFreeAgainWhenItsHookIs) {
  Create("crm");
  FC_ASSERT_OK(Delete());
  EXPECT_THAT(Create(kHubSpot, "app_id: 'crm'").status(),
              StatusIs(StatusCode::kAlreadyExists,
                       AllOf(HasSubstr(kApp), HasSubstr("was deleted"), HasSubstr("1h"))));
  env_.clock.Advance(kHookGracePeriod + absl::Microseconds(1));
  Purge();
  Create("crm");
}

TEST_F(AppServiceTest, TheRequestIdOfADeletedAppDoesNotBringItBack) {
  FC_ASSERT_OK(Create(kHubSpot, "app_id: 'crm' request_id: 'r'"));
  FC_ASSERT_OK(Delete());
  EXPECT_THAT(Create(kHubSpot, "app_id: 'crm' request_id: 'r'").status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("request_id: "), HasSubstr(kApp), HasSubstr("deleted"))));
}

TEST_F(AppServiceTest, AnAppWithoutAHookGoesAtOnce) {
  FC_ASSERT_OK(Create("system: 'pipedrive'", "app_id: 'crm'"));
  FC_ASSERT_OK(Delete());
  FC_EXPECT_OK(Create("system: 'pipedrive'", "app_id: 'crm'"));
}

}  // namespace
}  // namespace fluxcascade
