// The connectors, and all that stands between them and the network, against the sandbox's fakes:
// real TLS, real tokens, real limits.
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/check/check.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/random/random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/clock.h"
#include "controlplane/connections/connection_clients_impl.h"
#include "controlplane/connections/sealing.h"
#include "controlplane/connectors/connector_table.h"
#include "controlplane/connectors/status_payloads.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/sandbox_process.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kAppName[] = "workspaces/default/apps/a";
constexpr char kConnectionName[] = "workspaces/default/connections/c";

std::string Folder(const std::string& name) {
  const std::string folder = absl::StrCat(getenv("TEST_TMPDIR"), "/", name);
  FC_CHECK(MakeFolders(folder, 0700).ok());
  return folder;
}

Keyring MakeKeyring() {
  return *Keyring::Parse(Keyring::NewKeyLine("k1", SecureRandom()), SecureRandom());
}

ConnectorRegistry MakeConnectors(const SandboxProcess& sandbox) {
  ConnectorTableOptions options;
  options.hubspot.api_base_url = sandbox.url("hubspot");
  options.pipedrive.api_base_url = sandbox.url("pipedrive");
  options.pipedrive.oauth_base_url = sandbox.url("pipedrive");
  return MakeConnectorTable(options);
}

// One sandbox for all tests; each makes an app and an account of its own in it.
SandboxProcess& Sandbox() {
  static auto* const kSandbox = new SandboxProcess(Folder("sandbox"));
  return *kSandbox;
}

class ConnectorsTest : public ::testing::Test {
 protected:
  ConnectorsTest()
      : keyring_(MakeKeyring()),
        connectors_(MakeConnectors(Sandbox())),
        store_(MakeTestStore()),
        clients_(MakeConnectionClients({*store_, keyring_, connectors_, Sandbox().http(),
                                        SystemClock(), [](absl::Duration) { return false; }})) {}

  void SetUpConnection(const std::string& system, const std::string& client_id,
                       const std::string& client_secret, const PlainCredential& credential) {
    system_ = system;
    app_.set_name(kAppName);
    app_.set_system(system);
    app_.set_client_id(client_id);
    *app_.mutable_client_secret() =
        SealField(keyring_, client_secret, kAppName, kClientSecretField);
    store::v1::Connection connection;
    connection.set_name(kConnectionName);
    connection.set_app(kAppName);
    connection.set_system(system);
    connection.set_state(store::v1::Connection::STATE_ACTIVE);
    *connection.mutable_credential() = SealCredential(keyring_, credential, kConnectionName);
    FC_CHECK(store_
                 ->Run([&](Transaction& tx) {
                   const absl::Status status = tx.apps().Insert(app_);
                   return status.ok() ? tx.connections().Insert(connection) : status;
                 })
                 .ok());
  }

  const Connector& connector() { return **connectors_.Find(system_); }

  store::v1::Connection Stored() {
    store::v1::Connection connection;
    FC_CHECK(store_
                 ->Read([&](Transaction& tx) -> absl::Status {
                   FC_ASSIGN_OR_RETURN(connection, tx.connections().Get(kConnectionName));
                   return absl::OkStatus();
                 })
                 .ok());
    return connection;
  }

  std::unique_ptr<ApiClient> Api() {
    return *clients_->ForConnection(Stored(), absl::Now() + absl::Seconds(20), &recorder_);
  }

  const Keyring keyring_;
  const ConnectorRegistry connectors_;
  const std::unique_ptr<Store> store_;
  const std::unique_ptr<ConnectionClients> clients_;
  CallRecorder recorder_;
  std::string system_;
  store::v1::App app_;
};

class HubSpotTest : public ConnectorsTest {
 protected:
  HubSpotTest() {
    Sandbox().Admin("PUT", "/hubspot/settings", {{"searchLagMs", 0}, {"limits", false}});
    portal_id_ = Sandbox().Admin("POST", "/hubspot/accounts")["portalId"];
    const json app = Sandbox().Admin("POST", "/hubspot/apps", {{"rotatesRefreshTokens", true}});
    app_id_ = absl::StrCat(app["appId"].get<int64_t>());
    const json tokens = Sandbox().Admin("POST", absl::StrCat("/hubspot/apps/", app_id_, "/install"),
                                        {{"portalId", portal_id_}});
    PlainCredential oauth;
    oauth.kind = CredentialKind::kOAuth;
    oauth.refresh_token = tokens["refreshToken"].get<std::string>();
    app_.set_external_id(app_id_);
    PlainCredential developer_key;
    developer_key.kind = CredentialKind::kDeveloperKey;
    developer_key.token = app["developerKey"].get<std::string>();
    *app_.mutable_webhook_credential() = SealCredential(keyring_, developer_key, kAppName);
    SetUpConnection("hubspot", app["clientId"].get<std::string>(),
                    app["clientSecret"].get<std::string>(), oauth);
  }

  int64_t portal_id_ = 0;
  std::string app_id_;
};

TEST_F(HubSpotTest, TheCredentialTellsItsAccount) {
  EXPECT_THAT(connector().CheckAccount(*Api()), IsOkAndHolds(absl::StrCat(portal_id_)));
}

TEST_F(HubSpotTest, AContactLivesItsLife) {
  const auto api = Api();
  const Connector& hubspot = connector();
  FC_ASSERT_OK_AND_ASSIGN(
      const Record created,
      hubspot.Create(*api, "contact", {{"email", "ann@example.com"}, {"firstname", "Ann"}}));
  EXPECT_EQ(created.display_name, "ann@example.com");

  FC_ASSERT_OK_AND_ASSIGN(std::vector<Record> found,
                          hubspot.Find(*api, "contact", "email", "ANN@example.com", {"phone"}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, created.id);
  EXPECT_EQ(found[0].fields.at("phone"), nullptr);

  FC_ASSERT_OK(hubspot.Update(*api, "contact", created.id, {{"phone", "+49 30 1"}}));
  FC_ASSERT_OK_AND_ASSIGN(std::vector<Record> read,
                          hubspot.Read(*api, "contact", {created.id}, {"phone", "email"}));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].fields.at("phone"), "+49 30 1");
  EXPECT_FALSE(read[0].archived);
  FC_ASSERT_OK_AND_ASSIGN(found, hubspot.Find(*api, "contact", "phone", "+49 30 1", {}));
  ASSERT_EQ(found.size(), 1u);

  FC_ASSERT_OK(hubspot.Update(*api, "contact", created.id, {{"phone", nullptr}}));
  FC_ASSERT_OK_AND_ASSIGN(read, hubspot.Read(*api, "contact", {created.id}, {"phone"}));
  EXPECT_TRUE(hubspot.SameValue("contact", "phone", nullptr, read[0].fields.at("phone")));

  FC_ASSERT_OK(hubspot.Remove(*api, "contact", created.id, DeleteMode::kArchive));
  FC_ASSERT_OK(hubspot.Remove(*api, "contact", created.id, DeleteMode::kArchive));
  FC_ASSERT_OK_AND_ASSIGN(read, hubspot.Read(*api, "contact", {created.id}, {"email"}));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].archived);
  EXPECT_THAT(hubspot.Update(*api, "contact", created.id, {{"phone", "1"}}),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(hubspot.Read(*api, "contact", {"999999999"}, {}), IsOkAndHolds(IsEmpty()));
}

TEST_F(HubSpotTest, ADuplicateNamesTheRecordInTheWay) {
  const auto api = Api();
  FC_ASSERT_OK_AND_ASSIGN(const Record first,
                          connector().Create(*api, "contact", {{"email", "bob@example.com"}}));
  const absl::Status status =
      connector().Create(*api, "contact", {{"email", "bob@example.com"}}).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ExistingId(status), first.id);
}

TEST_F(HubSpotTest, ARefusedValueIsRefusedInHubSpotsWords) {
  EXPECT_THAT(connector().Create(*Api(), "contact", {{"nonsense", "x"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nonsense")));
}

TEST_F(HubSpotTest, TellsItsProperties) {
  FC_ASSERT_OK_AND_ASSIGN(const ObjectTypeInfo info,
                          connector().DescribeObjectType(*Api(), "contact"));
  std::vector<std::string> writable;
  for (const FieldInfo& field : info.fields) {
    if (field.writable) writable.push_back(field.name);
  }
  EXPECT_THAT(writable, testing::IsSupersetOf({"email", "firstname", "lastname", "phone"}));
  EXPECT_THAT(writable, Not(testing::Contains("hs_object_id")));
}

TEST_F(HubSpotTest, RegistersWithTheAppsKeyAndTakesItAllAwayAgain) {
  FC_ASSERT_OK_AND_ASSIGN(const AppIdentity app, clients_->Identity(app_));
  FC_ASSERT_OK_AND_ASSIGN(const auto api,
                          clients_->ForApp(app_, absl::Now() + absl::Seconds(20), nullptr));
  const Connector& hubspot = connector();
  FC_ASSERT_OK_AND_ASSIGN(Registration registration, hubspot.GetRegistration(*api, app));
  EXPECT_EQ(registration.target_url, "");
  EXPECT_THAT(registration.subscriptions, IsEmpty());

  FC_ASSERT_OK(hubspot.SetTargetUrl(*api, app, "https://hooks.example.com/v1/hooks/x"));
  const std::vector<SubscriptionSpec> wanted = hubspot.RequiredSubscriptions("contact", {"email"});
  for (const SubscriptionSpec& spec : wanted) {
    FC_ASSERT_OK(hubspot.CreateSubscription(*api, app, spec));
  }
  FC_ASSERT_OK_AND_ASSIGN(registration, hubspot.GetRegistration(*api, app));
  EXPECT_EQ(registration.target_url, "https://hooks.example.com/v1/hooks/x");
  std::vector<SubscriptionSpec> actual;
  for (const ActualSubscription& subscription : registration.subscriptions) {
    EXPECT_TRUE(subscription.active);
    actual.push_back(subscription.spec);
  }
  EXPECT_THAT(actual, testing::UnorderedElementsAreArray(wanted));

  for (const ActualSubscription& subscription : registration.subscriptions) {
    FC_ASSERT_OK(hubspot.ActivateSubscription(*api, app, subscription.external_id));
    FC_ASSERT_OK(hubspot.DeleteSubscription(*api, app, subscription.external_id));
    FC_ASSERT_OK(hubspot.DeleteSubscription(*api, app, subscription.external_id));
  }
  FC_ASSERT_OK_AND_ASSIGN(registration, hubspot.GetRegistration(*api, app));
  EXPECT_THAT(registration.subscriptions, IsEmpty());
}

TEST_F(HubSpotTest, AnExpiredTokenIsRefreshedAndTheRotatedOneKept) {
  FC_ASSERT_OK(connector().CheckAccount(*Api()));
  for (int i = 0; i < 3; ++i) {
    Sandbox().Admin("POST", absl::StrCat("/hubspot/apps/", app_id_, "/expire-access-tokens"));
    FC_EXPECT_OK(connector().CheckAccount(*Api()));
  }
  EXPECT_EQ(Stored().state(), store::v1::Connection::STATE_ACTIVE);
}

TEST_F(HubSpotTest, ARevokedGrantFailsTheConnectionInHubSpotsWords) {
  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential before,
                          OpenCredential(keyring_, Stored().credential(), kConnectionName));
  Sandbox().Admin("POST", absl::StrCat("/hubspot/apps/", app_id_, "/revoke-refresh-tokens"));
  EXPECT_THAT(connector().CheckAccount(*Api()), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(Stored().state(), store::v1::Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(Stored().state_reason(), HasSubstr("HubSpot answered 400"));
  EXPECT_THAT(Stored().state_reason(), Not(HasSubstr(before.refresh_token)));
}

TEST_F(HubSpotTest, TheRateLimitIsLearnedAndNeverOverrun) {
  Sandbox().Admin("PUT", "/hubspot/settings", {{"limits", true}});
  Sandbox().Admin("DELETE", "/hubspot/calls");
  absl::Status status;
  int calls = 0;
  while (calls < 300 && status.ok()) {
    status = connector().Read(*Api(), "contact", {"1"}, {}).status();
    ++calls;
  }
  Sandbox().Admin("PUT", "/hubspot/settings", {{"limits", false}});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_GT(RetryAfter(status).value_or(absl::ZeroDuration()), absl::ZeroDuration());
  const auto use = clients_->RateLimit(kConnectionName);
  ASSERT_TRUE(use.has_value());
  EXPECT_EQ(use->limit, 110);
  EXPECT_EQ(use->remaining, 0);
  EXPECT_TRUE(use->blocked_until.has_value());
  // It was us who stopped, before HubSpot had to refuse.
  EXPECT_THAT(std::string(status.message()), HasSubstr("rate limit is used up"));
}

class PipedriveTest : public ConnectorsTest {
 protected:
  PipedriveTest() {
    Sandbox().Admin("PUT", "/pipedrive/settings", {{"searchLagMs", 0}, {"limits", false}});
    const json company = Sandbox().Admin("POST", "/pipedrive/companies");
    company_id_ = company["companyId"];
    PlainCredential token;
    token.token = company["apiToken"].get<std::string>();
    SetUpConnection("pipedrive", "", "fake-unused-secret", token);
  }

  int64_t company_id_ = 0;
};

TEST_F(PipedriveTest, TheCredentialTellsItsAccount) {
  EXPECT_THAT(connector().CheckAccount(*Api()), IsOkAndHolds(absl::StrCat(company_id_)));
}

TEST_F(PipedriveTest, APersonLivesItsLife) {
  const auto api = Api();
  const Connector& pipedrive = connector();
  FC_ASSERT_OK_AND_ASSIGN(
      const Record created,
      pipedrive.Create(*api, "person", {{"name", "Ann Lee"}, {"email", "ann@example.com"}}));
  EXPECT_EQ(created.fields.at("email"), "ann@example.com");

  FC_ASSERT_OK_AND_ASSIGN(std::vector<Record> found,
                          pipedrive.Find(*api, "person", "email", "Ann@example.com", {"phone"}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].id, created.id);

  FC_ASSERT_OK_AND_ASSIGN(const Record updated,
                          pipedrive.Update(*api, "person", created.id,
                                           {{"email", "ann@new.example.com"}, {"phone", "123"}}));
  EXPECT_EQ(updated.fields.at("phone"), "123");
  FC_ASSERT_OK_AND_ASSIGN(found, pipedrive.Find(*api, "person", "email", "ann@example.com", {}));
  EXPECT_THAT(found, IsEmpty());

  FC_ASSERT_OK(pipedrive.Update(*api, "person", created.id, {{"phone", nullptr}}));
  FC_ASSERT_OK_AND_ASSIGN(std::vector<Record> read,
                          pipedrive.Read(*api, "person", {created.id}, {"phone", "name"}));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].fields.at("phone"), nullptr);
  EXPECT_EQ(read[0].fields.at("name"), "Ann Lee");

  FC_ASSERT_OK(pipedrive.Remove(*api, "person", created.id, DeleteMode::kDelete));
  FC_ASSERT_OK(pipedrive.Remove(*api, "person", created.id, DeleteMode::kDelete));
  FC_ASSERT_OK_AND_ASSIGN(read, pipedrive.Read(*api, "person", {created.id}, {}));
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].archived);
  EXPECT_THAT(pipedrive.Update(*api, "person", created.id, {{"email", "x@example.com"}}),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(PipedriveTest, ReadsManyAtOnce) {
  const auto api = Api();
  std::vector<std::string> ids;
  for (const char* name : {"One", "Two", "Three"}) {
    FC_ASSERT_OK_AND_ASSIGN(const Record record,
                            connector().Create(*api, "person", {{"name", name}}));
    ids.push_back(record.id);
  }
  FC_ASSERT_OK(connector().Remove(*api, "person", ids[1], DeleteMode::kDelete));
  ids.push_back("999999");
  FC_ASSERT_OK_AND_ASSIGN(const std::vector<Record> records,
                          connector().Read(*api, "person", ids, {"name"}));
  EXPECT_EQ(records.size(), 3u);
}

TEST_F(PipedriveTest, WhatLagsBehindInTheSearchIsNotTakenForTruth) {
  const auto api = Api();
  Sandbox().Admin("PUT", "/pipedrive/settings", {{"searchLagMs", 60000}});
  FC_ASSERT_OK(connector().Create(*api, "person", {{"name", "Cy"}, {"email", "cy@example.com"}}));
  EXPECT_THAT(connector().Find(*api, "person", "email", "cy@example.com", {}),
              IsOkAndHolds(IsEmpty()));
}

TEST_F(PipedriveTest, TellsItsFields) {
  FC_ASSERT_OK_AND_ASSIGN(const ObjectTypeInfo info,
                          connector().DescribeObjectType(*Api(), "person"));
  std::vector<std::string> required;
  for (const FieldInfo& field : info.fields) {
    if (field.required) required.push_back(field.name);
  }
  EXPECT_THAT(required, ElementsAre("name"));
}

TEST_F(PipedriveTest, TheSearchsLimitHoldsBackNothingElse) {
  Sandbox().Admin("PUT", "/pipedrive/settings", {{"limits", true}});
  absl::Status searched;
  for (int i = 0; i < 100 && searched.ok(); ++i) {
    searched = connector().Find(*Api(), "person", "email", "nobody@example.com", {}).status();
  }
  EXPECT_THAT(searched, StatusIs(absl::StatusCode::kResourceExhausted));
  FC_EXPECT_OK(connector().CheckAccount(*Api()));
  Sandbox().Admin("PUT", "/pipedrive/settings", {{"limits", false}});
}

TEST_F(PipedriveTest, AWrongTokenFailsTheConnection) {
  store::v1::Connection connection = Stored();
  PlainCredential wrong;
  wrong.token = "fake-wrong-token";
  *connection.mutable_credential() = SealCredential(keyring_, wrong, kConnectionName);
  FC_ASSERT_OK(store_->Run([&](Transaction& tx) { return tx.connections().Update(connection); }));
  EXPECT_THAT(connector().CheckAccount(*Api()), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(Stored().state(), store::v1::Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(Stored().state_reason(), Not(HasSubstr("fake-wrong-token")));
}

}  // namespace
}  // namespace fluxcascade
