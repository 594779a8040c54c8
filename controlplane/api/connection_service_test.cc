#include "controlplane/api/connection_service.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/connections/sealing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using v1::Connection;

constexpr char kConnection[] = "workspaces/default/connections/acme";
constexpr char kAcme[] = R"pb(
  app: "workspaces/default/apps/crm"
  credential { api_token { token: "fake-api-token" } }
)pb";

class ConnectionServiceTest : public testing::Test {
 protected:
  using Stub = v1::ConnectionService::StubInterface;

  absl::StatusOr<Connection> Create(const std::string& connection, const std::string& more = "") {
    return api_.Call(&Stub::CreateConnection, absl::StrCat("parent: 'workspaces/default' ", more,
                                                           " connection {", connection, "}"));
  }
  // `acme`, which must succeed.
  Connection CreateAcme() {
    const auto connection = Create(kAcme, "connection_id: 'acme'");
    EXPECT_THAT(connection, IsOk());
    return connection.value_or(Connection());
  }
  absl::StatusOr<Connection> Get(const std::string& name = kConnection) {
    return api_.Call(&Stub::GetConnection, absl::StrCat("name: '", name, "'"));
  }
  absl::StatusOr<v1::ListConnectionsResponse> List(const std::string& fields) {
    return api_.Call(&Stub::ListConnections, absl::StrCat("parent: 'workspaces/default' ", fields));
  }
  absl::StatusOr<Connection> Update(const std::string& connection, const std::string& mask = "") {
    return api_.Call(&Stub::UpdateConnection, absl::StrCat("connection { name: '", kConnection,
                                                           "' ", connection, "}", mask));
  }
  absl::Status Delete() {
    return api_.Call(&Stub::DeleteConnection, absl::StrCat("name: '", kConnection, "'")).status();
  }
  absl::StatusOr<Connection> Check() {
    return api_.Call(&Stub::CheckConnection, absl::StrCat("name: '", kConnection, "'"));
  }
  absl::StatusOr<v1::ListObjectTypesResponse> ObjectTypes(const std::string& connection) {
    return api_.Call(&Stub::ListObjectTypes, absl::StrCat("parent: '", connection, "'"));
  }

  ApiEnvironment env_;
  const store::v1::App crm_ = env_.AddApp("crm", "hubspot");
  const store::v1::App sales_ = env_.AddApp("sales", "pipedrive");
  ConnectionServiceImpl service_{env_.context};
  InProcess<v1::ConnectionService> api_{service_};
};

TEST_F(ConnectionServiceTest, ANewCredentialIsTriedAtOnce) {
  const Connection connection = CreateAcme();
  EXPECT_EQ(connection.name(), kConnection);
  EXPECT_EQ(connection.app(), crm_.name());
  EXPECT_EQ(connection.system(), "hubspot");
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(connection.account_id(), "1001");
  EXPECT_EQ(connection.etag(), "1");
  EXPECT_THAT(env_.systems.credentials_used(), ElementsAre("Bearer fake-api-token"));
}

TEST_F(ConnectionServiceTest, WhatTheSystemSaysIsTheNewConnectionsState) {
  env_.systems.Answer("/account-info", 401, {{"message", "token expired"}});
  FC_ASSERT_OK_AND_ASSIGN(const Connection refused, Create(kAcme));
  EXPECT_EQ(refused.state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(refused.state_reason(), HasSubstr("token expired"));
  for (const int status : {429, 503}) {
    env_.systems.Answer("/account-info", status, {{"message", "not now"}});
    FC_ASSERT_OK_AND_ASSIGN(const Connection busy, Create(kAcme));
    EXPECT_EQ(busy.state(), Connection::STATE_UNREACHABLE) << status;
    EXPECT_THAT(busy.state_reason(), HasSubstr("not now"));
  }
}

TEST_F(ConnectionServiceTest, ACredentialOfAnotherAccountIsNotTakenForThisOne) {
  FC_ASSERT_OK_AND_ASSIGN(const Connection connection,
                          Create(absl::StrCat(kAcme, "account_id: '7'")));
  EXPECT_EQ(connection.state(), Connection::STATE_AUTHORIZATION_FAILED);
  EXPECT_THAT(connection.state_reason(), AllOf(HasSubstr("1001"), HasSubstr("7")));
  EXPECT_EQ(connection.account_id(), "7");
}

TEST_F(ConnectionServiceTest, NoAnswerHoldsACredential) {
  EXPECT_THAT(CreateAcme().DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(Get()->DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(List("")->DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(Check()->DebugString(), Not(HasSubstr("fake-")));
  EXPECT_THAT(Update("credential { api_token { token: 'fake-new-token' } }")->DebugString(),
              Not(HasSubstr("fake-")));
}

TEST_F(ConnectionServiceTest, TheCredentialIsStoredSealed) {
  FC_ASSERT_OK(Create(
      R"pb(app: "workspaces/default/apps/crm"
           credential { oauth { refresh_token: "fake-refresh" access_token: "fake-access" } })pb",
      "connection_id: 'acme'"));
  const store::v1::Connection stored = env_.Connection(kConnection);
  EXPECT_THAT(stored.SerializeAsString(),
              AllOf(Not(HasSubstr("fake-refresh")), Not(HasSubstr("fake-access"))));
  FC_ASSERT_OK_AND_ASSIGN(const PlainCredential plain,
                          OpenCredential(env_.keyring, stored.credential(), kConnection));
  EXPECT_EQ(plain.kind, CredentialKind::kOAuth);
  EXPECT_EQ(plain.refresh_token, "fake-refresh");
  EXPECT_EQ(plain.access_token, "fake-access");
}

TEST_F(ConnectionServiceTest, ACredentialIsNeeded) {
  EXPECT_THAT(
      Create("app: 'workspaces/default/apps/crm'").status(),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("connection.credential: is missing"),
                                                   HasSubstr("api_token, oauth, developer_key"))));
  EXPECT_THAT(List("")->connections(), SizeIs(0));
}

TEST_F(ConnectionServiceTest, TheAppMustBeThere) {
  const auto with_app = [&](const std::string& app) {
    return Create(absl::StrCat("app: '", app, "' credential { api_token { token: 'fake' } }"))
        .status();
  };
  EXPECT_THAT(with_app("workspaces/default/apps/none"),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/default/apps/none")));
  EXPECT_THAT(with_app("crm"), StatusIs(StatusCode::kInvalidArgument,
                                        AllOf(HasSubstr("connection.app: \"crm\""),
                                              HasSubstr("workspaces/{workspace}/apps/{app}"))));
  env_.Do([&](Transaction& tx) {
    store::v1::App deleted = crm_;
    *deleted.mutable_delete_time() = ToProto(env_.clock.Now());
    return tx.apps().Update(deleted);
  });
  EXPECT_THAT(with_app(crm_.name()), StatusIs(StatusCode::kNotFound, HasSubstr("was deleted")));
}

TEST_F(ConnectionServiceTest, TheAppMustBeOfTheSameWorkspace) {
  EXPECT_THAT(Create("app: 'workspaces/other/apps/crm' credential { api_token { token: 'fake' } }")
                  .status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("connection.app: \"workspaces/other/apps/crm\""),
                             HasSubstr("only those of workspaces/default"))));
}

TEST_F(ConnectionServiceTest, AnUpdateNamesTheFieldOfABadName) {
  EXPECT_THAT(api_.Call(&Stub::UpdateConnection, "connection { name: 'acme' }").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("connection.name: \"acme\"")));
}

TEST_F(ConnectionServiceTest, AnIdIsUsedOnceAndChecked) {
  CreateAcme();
  EXPECT_THAT(Create(kAcme, "connection_id: 'acme'").status(),
              StatusIs(StatusCode::kAlreadyExists, HasSubstr(kConnection)));
  EXPECT_THAT(Create(kAcme, "connection_id: '-'").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("connection_id: \"-\""), HasSubstr("1 to 63"))));
}

TEST_F(ConnectionServiceTest, ARepeatedRequestIdMakesNothingTwice) {
  FC_ASSERT_OK_AND_ASSIGN(const Connection first, Create(kAcme, "request_id: 'r'"));
  FC_ASSERT_OK_AND_ASSIGN(const Connection second, Create(kAcme, "request_id: 'r'"));
  EXPECT_EQ(first.DebugString(), second.DebugString());
  EXPECT_THAT(env_.systems.credentials_used(), SizeIs(1));
}

TEST_F(ConnectionServiceTest, TextsAreCheckedAtTheirLimits) {
  FC_EXPECT_OK(Create(absl::StrCat(kAcme, "display_name: '", std::string(200, 'n'), "'")));
  EXPECT_THAT(Create(absl::StrCat(kAcme, "display_name: '", std::string(201, 'n'), "'")).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("connection.display_name: is 201")));
  EXPECT_THAT(Create(absl::StrCat(kAcme, "account_id: '", std::string(201, '1'), "'")).status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("connection.account_id: is 201")));
}

TEST_F(ConnectionServiceTest, WhatDoesNotExistIsNotFoundByItsName) {
  for (const absl::Status& status : {Get().status(), Update("").status(), Delete(),
                                     Check().status(), ObjectTypes(kConnection).status()}) {
    EXPECT_THAT(status, StatusIs(StatusCode::kNotFound, HasSubstr(kConnection)));
  }
  EXPECT_THAT(Get("acme").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("name: \"acme\"")));
  EXPECT_THAT(ObjectTypes("acme").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("parent: \"acme\"")));
  EXPECT_THAT(api_.Call(&Stub::ListConnections, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
}

TEST_F(ConnectionServiceTest, AListGivesAllOncePageByPage) {
  for (const char* id : {"c", "a", "b"}) env_.AddConnection(id, crm_);
  const std::string prefix = "workspaces/default/connections/";
  EXPECT_THAT(Walk([&](const std::string& token) { return List("page_size: 1 " + token); },
                   [](const auto& page) { return page.connections(); }),
              ElementsAre(prefix + "a", prefix + "b", prefix + "c"));
}

TEST_F(ConnectionServiceTest, PagesAreChecked) {
  ExpectPagesAreChecked([&](const std::string& fields) { return List(fields); });
}

TEST_F(ConnectionServiceTest, AListCanBeOfOneApp) {
  env_.AddConnection("a", crm_);
  const auto of_sales = env_.AddConnection("b", sales_);
  FC_ASSERT_OK_AND_ASSIGN(const auto page, List("app: 'workspaces/default/apps/sales'"));
  ASSERT_THAT(page.connections(), SizeIs(1));
  EXPECT_EQ(page.connections(0).name(), of_sales.name());
}

TEST_F(ConnectionServiceTest, PausingShowsAndWakesTheQueue) {
  CreateAcme();
  const int work = env_.work;
  FC_ASSERT_OK_AND_ASSIGN(Connection connection, Update("paused: true"));
  EXPECT_EQ(connection.state(), Connection::STATE_PAUSED);
  EXPECT_EQ(connection.etag(), "2");
  FC_ASSERT_OK_AND_ASSIGN(connection, Update("", "update_mask { paths: 'paused' }"));
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(env_.work, work + 2);
  EXPECT_THAT(env_.systems.credentials_used(), SizeIs(1)) << "no new credential, no new try";
}

TEST_F(ConnectionServiceTest, APauseEndsWithoutAMaskToo) {
  CreateAcme();
  FC_ASSERT_OK(Update("paused: true"));
  FC_ASSERT_OK_AND_ASSIGN(Connection connection, Update("display_name: 'Acme & Co'"));
  EXPECT_EQ(connection.state(), Connection::STATE_PAUSED) << "what is not given stays";
  FC_ASSERT_OK_AND_ASSIGN(connection, Update("paused: false"));
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
}

TEST_F(ConnectionServiceTest, AnUpdatedCredentialIsTriedAtOnce) {
  env_.systems.Answer("/account-info", 401, {{"message", "token expired"}});
  CreateAcme();
  env_.systems.Answer("/account-info", 200, {{"portalId", 1001}});
  FC_ASSERT_OK_AND_ASSIGN(const Connection connection,
                          Update("credential { api_token { token: 'fake-new-token' } }"));
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(connection.state_reason(), "");
  EXPECT_EQ(env_.systems.credentials_used().back(), "Bearer fake-new-token");
}

TEST_F(ConnectionServiceTest, OnlySomeFieldsCanBeUpdated) {
  CreateAcme();
  for (const char* field : {"app", "account_id", "state"}) {
    EXPECT_THAT(Update("", absl::StrCat("update_mask { paths: '", field, "' }")).status(),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr(absl::StrCat("update_mask: \"", field, "\"")),
                               HasSubstr("credential, display_name, paused"))));
  }
  EXPECT_THAT(Update("app: 'workspaces/default/apps/sales'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("connection.app: cannot be")));
  EXPECT_THAT(Update("account_id: '7'").status(),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("connection.account_id: cannot")));
  FC_EXPECT_OK(Update("app: 'workspaces/default/apps/crm' account_id: '1001'"));
}

TEST_F(ConnectionServiceTest, AnUpdateOfAnOlderStateIsRefused) {
  CreateAcme();
  FC_ASSERT_OK(Update("etag: '1' display_name: 'one'"));
  EXPECT_THAT(Update("etag: '1' display_name: 'two'").status(),
              StatusIs(StatusCode::kAborted, HasSubstr("etag: \"1\"")));
  EXPECT_EQ(Get()->display_name(), "one");
}

TEST_F(ConnectionServiceTest, ACheckTriesAgainAndWakesTheQueue) {
  CreateAcme();
  env_.systems.FailWith(absl::UnavailableError("no route to host"));
  FC_ASSERT_OK_AND_ASSIGN(Connection connection, Check());
  EXPECT_EQ(connection.state(), Connection::STATE_UNREACHABLE);
  EXPECT_THAT(connection.state_reason(), HasSubstr("no route to host"));
  env_.systems.FailWith(absl::OkStatus());
  const int work = env_.work;
  FC_ASSERT_OK_AND_ASSIGN(connection, Check());
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(connection.etag(), "1") << "a state is not a change by the user";
  EXPECT_EQ(env_.work, work + 1);
}

TEST_F(ConnectionServiceTest, ASlowCheckOfAFormerCredentialSaysNothingOfTheNewOne) {
  env_.systems.Answer("/account-info", 401, {{"message", "token expired"}});
  CreateAcme();
  env_.systems.During([&] {
    env_.systems.Answer("/account-info", 200, {{"portalId", 1001}});
    FC_EXPECT_OK(Update("credential { api_token { token: 'fake-new-token' } }"));
  });
  FC_ASSERT_OK_AND_ASSIGN(const Connection connection, Check());
  EXPECT_EQ(connection.state(), Connection::STATE_ACTIVE);
  EXPECT_EQ(env_.systems.credentials_used().back(), "Bearer fake-new-token");
}

TEST_F(ConnectionServiceTest, ACheckThatIsOvertakenAgainAndAgainGivesUp) {
  CreateAcme();
  int changes = 0;
  const std::function<void()> change = [&] {
    if (++changes < 3) env_.systems.During(change);
    FC_EXPECT_OK(Update(absl::StrCat("display_name: '", changes, "'")));
  };
  env_.systems.During(change);
  EXPECT_THAT(Check().status(),
              StatusIs(StatusCode::kAborted, AllOf(HasSubstr(kConnection), HasSubstr("again"))));
  EXPECT_EQ(changes, 3);
}

TEST_F(ConnectionServiceTest, AConnectionInUseIsNotDeleted) {
  CreateAcme();
  const auto mapping =
      env_.AddMapping("m", env_.AddConnection("other", crm_), env_.Connection(kConnection));
  EXPECT_THAT(Delete(), StatusIs(StatusCode::kFailedPrecondition,
                                 AllOf(HasSubstr(mapping.name()), HasSubstr("delete"))));
  env_.Do([&](Transaction& tx) { return tx.mappings().Delete(mapping.name()); });
  FC_EXPECT_OK(Delete());
  EXPECT_THAT(Get().status(), StatusIs(StatusCode::kNotFound));
}

TEST_F(ConnectionServiceTest, ShowsTheSubscriptionsThatItsOwnMappingsNeed) {
  const auto own = env_.AddMapping("own", env_.AddConnection("acme", crm_),
                                   env_.AddConnection("target", sales_));
  const auto others = env_.AddMapping("others", env_.AddConnection("other", crm_),
                                      env_.Connection("workspaces/default/connections/target"));
  env_.Do([&](Transaction& tx) -> absl::Status {
    for (const auto& [id, mapping] : {std::pair{"1", own.name()}, std::pair{"2", others.name()}}) {
      store::v1::Subscription subscription;
      subscription.set_name(absl::StrCat(crm_.name(), "/subscriptions/", id));
      subscription.set_app(crm_.name());
      subscription.set_event_type("contact.creation");
      subscription.set_state(store::v1::Subscription::STATE_FAILED);
      subscription.set_state_reason("the URL is another's");
      subscription.add_mappings(mapping);
      FC_RETURN_IF_ERROR(tx.subscriptions().Insert(subscription));
    }
    return absl::OkStatus();
  });
  FC_ASSERT_OK_AND_ASSIGN(const Connection connection, Get());
  ASSERT_THAT(connection.subscriptions(), SizeIs(1));
  EXPECT_THAT(connection.subscriptions(0).mappings(), ElementsAre(own.name()));
  EXPECT_EQ(connection.subscriptions(0).event_type(), "contact.creation");
  EXPECT_EQ(connection.subscriptions(0).state(), v1::Subscription::STATE_FAILED);
  EXPECT_EQ(connection.subscriptions(0).state_reason(), "the URL is another's");
}

TEST_F(ConnectionServiceTest, ShowsASubscriptionThatCannotBeTakenAwayAndWhy) {
  env_.AddConnection("acme", crm_);
  env_.Do([&](Transaction& tx) -> absl::Status {
    store::v1::Subscription subscription;
    subscription.set_name(absl::StrCat(crm_.name(), "/subscriptions/s"));
    subscription.set_app(crm_.name());
    subscription.set_state(store::v1::Subscription::STATE_REMOVING);
    subscription.set_state_reason("the key was revoked");
    return tx.subscriptions().Insert(subscription);
  });
  FC_ASSERT_OK_AND_ASSIGN(const Connection connection, Get());
  ASSERT_THAT(connection.subscriptions(), SizeIs(1));
  EXPECT_EQ(connection.subscriptions(0).state(), v1::Subscription::STATE_REMOVING);
  EXPECT_EQ(connection.subscriptions(0).state_reason(), "the key was revoked");
}

TEST_F(ConnectionServiceTest, ShowsHowMuchOfTheRateLimitIsUsed) {
  EXPECT_FALSE(CreateAcme().has_rate_limit());
  RateLimitState limit;
  limit.limit = 100;
  limit.remaining = 3;
  limit.observe_time = env_.clock.Now();
  env_.systems.SetRateLimit(limit);
  EXPECT_EQ(Get()->rate_limit().limit(), 100);
  EXPECT_EQ(Get()->rate_limit().remaining(), 3);
  EXPECT_EQ(FromProto(Get()->rate_limit().observe_time()), env_.clock.Now());
  EXPECT_FALSE(Get()->rate_limit().has_blocked_until());
  limit.blocked_until = env_.clock.Now() + absl::Seconds(10);
  env_.systems.SetRateLimit(limit);
  EXPECT_EQ(FromProto(Get()->rate_limit().blocked_until()), *limit.blocked_until);
}

TEST_F(ConnectionServiceTest, ListsTheObjectTypesAndWhatAMappingCanUseOfThem) {
  FC_ASSERT_OK_AND_ASSIGN(const auto persons, ObjectTypes(env_.AddConnection("p", sales_).name()));
  ASSERT_THAT(persons.object_types(), SizeIs(1));
  const v1::ObjectType& person = persons.object_types(0);
  EXPECT_EQ(person.object_type(), "person");
  EXPECT_THAT(person.delete_policies(), ElementsAre("DELETE_POLICY_KEEP", "DELETE_POLICY_DELETE"));
  ASSERT_THAT(person.fields(), SizeIs(3));
  EXPECT_EQ(person.fields(0).field(), "name");
  EXPECT_EQ(person.fields(0).type(), "string");
  EXPECT_TRUE(person.fields(0).required());

  FC_ASSERT_OK_AND_ASSIGN(const auto contacts, ObjectTypes(env_.AddConnection("h", crm_).name()));
  ASSERT_THAT(contacts.object_types(), SizeIs(1));
  const v1::ObjectType& contact = contacts.object_types(0);
  EXPECT_EQ(contact.object_type(), "contact");
  EXPECT_THAT(contact.delete_policies(),
              ElementsAre("DELETE_POLICY_KEEP", "DELETE_POLICY_ARCHIVE"));
  ASSERT_THAT(contact.fields(), SizeIs(4));
  EXPECT_TRUE(contact.fields(0).writable());
  EXPECT_FALSE(contact.fields(3).writable());
}

TEST_F(ConnectionServiceTest, ASystemThatRefusesTheCredentialIsNoMatterOfTheClientsToken) {
  const auto connection = env_.AddConnection("acme", crm_);
  env_.systems.Answer("/crm/v3/properties", 401, {{"message", "token expired"}});
  EXPECT_THAT(ObjectTypes(connection.name()).status(),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(connection.name()), HasSubstr("token expired"),
                             HasSubstr("UpdateConnection"))));
  env_.systems.FailWith(absl::UnavailableError("no route to host"));
  EXPECT_THAT(ObjectTypes(connection.name()).status(),
              StatusIs(StatusCode::kUnavailable, HasSubstr("no route to host")));
}

}  // namespace
}  // namespace fluxcascade
