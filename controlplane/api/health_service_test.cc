#include "controlplane/api/health_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "controlplane/api/testing/api_environment.h"
#include "controlplane/api/testing/in_process.h"
#include "controlplane/queue/delivery_lifecycle.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using v1::SystemHealth;

class HealthServiceTest : public testing::Test {
 protected:
  using Stub = v1::HealthService::StubInterface;

  SystemHealth Health() {
    const auto health = api_.Call(&Stub::GetSystemHealth, "parent: 'workspaces/default'");
    EXPECT_THAT(health, IsOk());
    return health.value_or(SystemHealth());
  }
  void ExpectProblem(const testing::Matcher<std::string>& problem) {
    EXPECT_EQ(Health().status(), SystemHealth::STATUS_DEGRADED);
    EXPECT_THAT(Health().problems(), ElementsAre(problem));
  }
  // A node that was seen just now.
  store::v1::EdgeNode AddNode(const std::string& id) {
    store::v1::EdgeNode node;
    node.set_name(absl::StrCat("edgeNodes/", id));
    node.set_group(ApiEnvironment::kGroup);
    node.set_connected(true);
    *node.mutable_last_seen_time() = ToProto(env_.clock.Now());
    env_.Do([&](Transaction& tx) { return tx.edge_nodes().Insert(node); });
    return node;
  }
  // An outbound delivery that is due now.
  void AddDelivery() {
    env_.Do([&](Transaction& tx) -> absl::Status {
      store::v1::Endpoint endpoint;
      endpoint.set_name("workspaces/default/endpoints/e");
      store::v1::Message message;
      message.set_name("workspaces/default/messages/m");
      return AcceptMessage(tx, endpoint, message, env_.clock.Now(), env_.random).status();
    });
  }
  void RunDelivery(bool succeeds) {
    env_.Do([&](Transaction& tx) -> absl::Status {
      const absl::Time now = env_.clock.Now();
      FC_ASSIGN_OR_RETURN(const auto items, tx.queue().ClaimDue({store::v1::DIRECTION_OUTBOUND, now,
                                                                 1, "pool", absl::Minutes(1)}));
      if (items.empty()) return absl::NotFoundError("nothing is due");
      FC_ASSIGN_OR_RETURN(const ClaimedDelivery claimed, Begin(tx, items[0], now));
      const store::v1::Attempt attempt;
      if (succeeds) return Succeed(tx, claimed, attempt, now);
      return Fail(tx, claimed, attempt, /*retry_can_help=*/false, now).status();
    });
  }
  store::v1::Connection AddConnection() {
    return env_.AddConnection("acme", env_.AddApp("crm", "hubspot"));
  }
  void Store(const store::v1::Connection& connection) {
    env_.Do([&](Transaction& tx) { return tx.connections().Update(connection); });
  }

  ApiEnvironment env_;
  HealthServiceImpl service_{env_.context};
  InProcess<v1::HealthService> api_{service_};
};

TEST_F(HealthServiceTest, WithNothingWrongAllIsWell) {
  AddNode("one");
  AddConnection();
  const SystemHealth health = Health();
  EXPECT_EQ(health.status(), SystemHealth::STATUS_OK);
  EXPECT_THAT(health.problems(), IsEmpty());
  EXPECT_EQ(health.edge_nodes_connected(), 1);
  EXPECT_EQ(health.connections_not_active(), 0);
  EXPECT_EQ(health.version(), "1.2.3");
}

TEST_F(HealthServiceTest, TheParentIsAKnownWorkspace) {
  EXPECT_THAT(api_.Call(&Stub::GetSystemHealth, "parent: 'workspaces/none'").status(),
              StatusIs(StatusCode::kNotFound, HasSubstr("workspaces/none")));
  EXPECT_THAT(api_.Call(&Stub::GetSystemHealth, "").status(),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("parent: \"\""), HasSubstr("workspaces/{workspace}"))));
}

TEST_F(HealthServiceTest, WorkIsLateAfterAMinute) {
  AddDelivery();
  env_.clock.Advance(absl::Minutes(1));
  EXPECT_EQ(Health().status(), SystemHealth::STATUS_OK);
  EXPECT_EQ(Health().outbound().pending(), 1);
  EXPECT_EQ(FromProto(Health().outbound().oldest_due_age()), absl::Minutes(1));
  env_.clock.Advance(absl::Milliseconds(1));
  ExpectProblem(AllOf(HasSubstr("outbound"), HasSubstr("late by 1m0.001s")));
  EXPECT_EQ(Health().inbound().pending(), 0);
}

TEST_F(HealthServiceTest, FailuresCountForAnHour) {
  AddDelivery();
  RunDelivery(/*succeeds=*/false);
  env_.clock.Advance(absl::Hours(1));
  EXPECT_EQ(Health().outbound().failed(), 1);
  ExpectProblem(HasSubstr("1 outbound deliveries failed"));
  env_.clock.Advance(absl::Minutes(1));
  EXPECT_EQ(Health().outbound().failed(), 0);
  EXPECT_EQ(Health().status(), SystemHealth::STATUS_OK);
}

TEST_F(HealthServiceTest, SuccessesAreCounted) {
  AddDelivery();
  RunDelivery(/*succeeds=*/true);
  EXPECT_EQ(Health().outbound().succeeded(), 1);
  EXPECT_EQ(Health().outbound().pending(), 0);
  EXPECT_EQ(Health().status(), SystemHealth::STATUS_OK);
}

TEST_F(HealthServiceTest, ASilentEdgeIsAProblem) {
  AddNode("one");
  env_.clock.Advance(absl::Minutes(1));
  EXPECT_EQ(Health().edge_nodes_disconnected(), 1);
  EXPECT_EQ(Health().edge_nodes_connected(), 0);
  ExpectProblem("edgeNodes/one is not connected");
}

TEST_F(HealthServiceTest, WhatAnEdgeReportsIsAProblem) {
  store::v1::EdgeNode node = AddNode("one");
  node.set_log_error("2 to 4 are missing");
  node.set_config_error("bad recipe");
  node.set_not_ready_reason("the disk is full");
  node.set_pull_paused_reason("the store is full");
  env_.Do([&](Transaction& tx) { return tx.edge_nodes().Update(node); });
  const SystemHealth health = Health();
  EXPECT_EQ(health.edge_nodes_connected(), 1);
  EXPECT_THAT(
      health.problems(),
      UnorderedElementsAre("edgeNodes/one: 2 to 4 are missing", "edgeNodes/one: bad recipe",
                           "edgeNodes/one: the disk is full", "edgeNodes/one: the store is full"));
}

TEST_F(HealthServiceTest, AConnectionThatIsNotActiveIsAProblem) {
  store::v1::Connection connection = AddConnection();
  connection.set_state(store::v1::Connection::STATE_AUTHORIZATION_FAILED);
  connection.set_state_reason("token expired");
  Store(connection);
  EXPECT_EQ(Health().connections_not_active(), 1);
  ExpectProblem(AllOf(HasSubstr(connection.name()), HasSubstr("token expired")));
}

TEST_F(HealthServiceTest, AConnectionThatSomebodyPausedIsCountedButNoProblem) {
  store::v1::Connection connection = AddConnection();
  connection.set_paused(true);
  Store(connection);
  EXPECT_EQ(Health().connections_not_active(), 1);
  EXPECT_EQ(Health().status(), SystemHealth::STATUS_OK);
}

TEST_F(HealthServiceTest, AFailedSubscriptionIsAProblem) {
  const store::v1::App app = env_.AddApp("crm", "hubspot");
  env_.Do([&](Transaction& tx) {
    store::v1::Subscription subscription;
    subscription.set_name(absl::StrCat(app.name(), "/subscriptions/s"));
    subscription.set_app(app.name());
    subscription.set_event_type("contact.propertyChange");
    subscription.set_property("email");
    subscription.set_state(store::v1::Subscription::STATE_FAILED);
    subscription.set_state_reason("the URL is another's");
    return tx.subscriptions().Insert(subscription);
  });
  EXPECT_EQ(Health().subscriptions_failed(), 1);
  ExpectProblem(AllOf(HasSubstr("contact.propertyChange email"), HasSubstr(app.name()),
                      HasSubstr("the URL is another's")));
}

TEST_F(HealthServiceTest, ASubscriptionThatCannotBeTakenAwayIsAProblem) {
  const store::v1::App app = env_.AddApp("crm", "hubspot");
  store::v1::Subscription subscription;
  subscription.set_name(absl::StrCat(app.name(), "/subscriptions/s"));
  subscription.set_app(app.name());
  subscription.set_event_type("contact.creation");
  subscription.set_state(store::v1::Subscription::STATE_REMOVING);
  env_.Do([&](Transaction& tx) { return tx.subscriptions().Insert(subscription); });
  EXPECT_EQ(Health().subscriptions_failed(), 0) << "its removal has only begun";
  subscription.set_failed_attempts(1);
  subscription.set_state_reason("the key was revoked");
  env_.Do([&](Transaction& tx) { return tx.subscriptions().Update(subscription); });
  EXPECT_EQ(Health().subscriptions_failed(), 1);
  ExpectProblem(AllOf(HasSubstr("contact.creation"), HasSubstr(app.name()), HasSubstr("stays"),
                      HasSubstr("the key was revoked")));
}

}  // namespace
}  // namespace fluxcascade
