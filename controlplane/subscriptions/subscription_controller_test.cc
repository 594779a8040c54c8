#include "controlplane/subscriptions/subscription_controller.h"

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/proto_time/proto_time.h"
#include "common/random/fake_random.h"
#include "common/status/status_macros.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "controlplane/connections/testing/fake_connection_clients.h"
#include "controlplane/connectors/testing/fake_connector.h"
#include "controlplane/store/memory_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Subscription;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Property;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr char kApp[] = "workspaces/default/apps/a";
constexpr char kConnection[] = "workspaces/default/connections/c";
constexpr char kGroup[] = "edgeGroups/g";
constexpr char kNode[] = "edgeNodes/n";
constexpr char kHookUrl[] = "https://hooks.example/v1/hooks/token";

// As if the app's secrets were sealed with a key that is not there.
class UnreadableSecrets final : public ConnectionClients {
 public:
  absl::StatusOr<std::unique_ptr<ApiClient>> ForConnection(const store::v1::Connection&, absl::Time,
                                                           CallRecorder*) override {
    return why_;
  }
  absl::StatusOr<std::unique_ptr<ApiClient>> ForApp(const store::v1::App&, absl::Time,
                                                    CallRecorder*) override {
    return why_;
  }
  absl::StatusOr<AppIdentity> Identity(const store::v1::App&) override { return why_; }
  std::optional<RateLimitState> RateLimit(absl::string_view) override { return std::nullopt; }

 private:
  const absl::Status why_ = absl::FailedPreconditionError("key k2 is not in the keyring");
};

class SubscriptionControllerTest : public testing::Test {
 protected:
  SubscriptionControllerTest() : registry_(Connectors()) {
    store::v1::EdgeGroup group;
    group.set_name(kGroup);
    group.set_public_base_url("https://hooks.example");
    group.set_config_version(3);
    store::v1::App app;
    app.set_name(kApp);
    app.set_system("crm");
    app.set_edge_group(kGroup);
    app.set_hook_token("token");
    store::v1::Connection connection;
    connection.set_name(kConnection);
    connection.set_app(kApp);
    Do([&](Transaction& tx) -> absl::Status {
      FC_RETURN_IF_ERROR(tx.edge_groups().Insert(group));
      FC_RETURN_IF_ERROR(tx.apps().Insert(app));
      return tx.connections().Insert(connection);
    });
  }

  std::vector<std::unique_ptr<Connector>> Connectors() {
    std::vector<std::unique_ptr<Connector>> connectors;
    connectors.push_back(std::make_unique<FakeConnector>(crm_));
    return connectors;
  }

  void Do(const Store::Body& body) { ASSERT_THAT(store_->Run(body), IsOk()); }

  // An edge that has applied this version of the configuration is connected, and stays so.
  void EdgeHasApplied(int64_t version) {
    store::v1::EdgeNode node;
    node.set_name(kNode);
    node.set_group(kGroup);
    node.set_connected(true);
    node.set_applied_config_version(version);
    node.set_config_confirmed(true);
    *node.mutable_last_seen_time() = ToProto(clock_.Now() + absl::Hours(1));
    Do([&](Transaction& tx) -> absl::Status {
      const absl::Status updated = tx.edge_nodes().Update(node);
      return absl::IsNotFound(updated) ? tx.edge_nodes().Insert(node) : updated;
    });
  }

  void AddMapping(const std::string& id, const std::vector<std::string>& fields) {
    store::v1::Mapping mapping;
    mapping.set_name(MappingName(id));
    mapping.mutable_source()->set_connection(kConnection);
    mapping.mutable_source()->set_object_type("contact");
    for (const std::string& field : fields) mapping.add_fields()->add_source_fields(field);
    mapping.set_realtime_enabled(true);
    Do([&](Transaction& tx) -> absl::Status {
      FC_RETURN_IF_ERROR(tx.mappings().Insert(mapping));
      return MarkConnectionForReconcile(tx, kConnection, clock_.Now());
    });
  }

  void TurnOff(const std::string& id) {
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(store::v1::Mapping mapping, tx.mappings().Get(MappingName(id)));
      mapping.set_realtime_enabled(false);
      FC_RETURN_IF_ERROR(tx.mappings().Update(mapping));
      return MarkForReconcile(tx, kApp, clock_.Now());
    });
  }

  static std::string MappingName(const std::string& id) {
    return "workspaces/default/mappings/" + id;
  }

  void RunDue() { EXPECT_THAT(controller_.RunDue(), IsOk()); }

  void RunAfter(absl::Duration wait) {
    clock_.Advance(wait);
    RunDue();
  }

  store::v1::App App() {
    store::v1::App app;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(app, tx.apps().Get(kApp));
      return absl::OkStatus();
    });
    return app;
  }

  // From now until the app is due again.
  absl::Duration DueIn() { return FromProto(App().reconcile_time()) - clock_.Now(); }

  std::vector<Subscription> Rows() {
    std::vector<Subscription> rows;
    Do([&](Transaction& tx) -> absl::Status {
      FC_ASSIGN_OR_RETURN(rows, tx.subscriptions().ListByApp(kApp));
      return absl::OkStatus();
    });
    return rows;
  }

  // All of them tell to be tried again after `wait`, and so it is.
  void ExpectRowsShow(absl::Duration wait) {
    EXPECT_EQ(DueIn(), wait);
    for (const Subscription& row : Rows()) {
      EXPECT_EQ(FromProto(row.next_attempt_time()), clock_.Now() + wait);
    }
  }

  // `contact.change email` for each that the system has.
  std::vector<std::string> AtTheSystem() {
    std::vector<std::string> lines;
    for (const ActualSubscription& is : crm_.registration.subscriptions) {
      lines.push_back(is.spec.property.empty() ? is.spec.event_type
                                               : is.spec.event_type + " " + is.spec.property);
    }
    return lines;
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Store> store_ = MakeTestStore();
  FakeSystem crm_{"crm", clock_};
  ConnectorRegistry registry_;
  FakeConnectionClients clients_;
  SubscriptionController controller_{{*store_, registry_, clients_, clock_, random_}};
};

auto StateIs(Subscription::State state) { return Property(&Subscription::state, state); }

TEST_F(SubscriptionControllerTest, RegistersWhatAMappingNeeds) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_EQ(crm_.registration.target_url, kHookUrl);
  EXPECT_THAT(AtTheSystem(),
              UnorderedElementsAre("contact.change email", "contact.creation", "contact.deletion"));
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_ACTIVE))));
  EXPECT_EQ(DueIn(), kSubscriptionRecheck);
}

TEST_F(SubscriptionControllerTest, WaitsUntilTheEdgesKnowTheHook) {
  EdgeHasApplied(2);
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_EQ(crm_.calls("GetRegistration"), 0);
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_PENDING))));
  EXPECT_THAT(Rows()[0].state_reason(), HasSubstr("to apply configuration 3"));
  EXPECT_EQ(DueIn(), kEdgesNotReadyRecheck);
  EXPECT_EQ(App().reconcile_failures(), 0);

  EdgeHasApplied(3);
  RunAfter(kEdgesNotReadyRecheck);
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_ACTIVE)));
  EXPECT_THAT(Rows()[0].state_reason(), IsEmpty());
}

TEST_F(SubscriptionControllerTest, WithoutAnyEdgeNothingIsRegistered) {
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_THAT(AtTheSystem(), IsEmpty());
  EXPECT_THAT(Rows()[0].state_reason(), HasSubstr("none is"));
}

TEST_F(SubscriptionControllerTest, AForeignTargetUrlIsNamedAndNeverOverwritten) {
  EdgeHasApplied(3);
  crm_.registration.target_url = "https://other.example/hook";
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_EQ(crm_.registration.target_url, "https://other.example/hook");
  EXPECT_EQ(crm_.calls("SetTargetUrl"), 0);
  EXPECT_THAT(AtTheSystem(), IsEmpty());
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_FAILED))));
  EXPECT_THAT(Rows()[0].state_reason(),
              AllOf(HasSubstr("https://other.example/hook"), HasSubstr(kHookUrl)));

  crm_.registration.target_url.clear();
  RunAfter(kFirstFailureDelay);
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_ACTIVE)));
}

TEST_F(SubscriptionControllerTest, TurningOffLeavesTheSubscriptionsOfAForeignReceiverAlone) {
  EdgeHasApplied(3);
  crm_.registration.target_url = "https://other.example/hook";
  crm_.registration.subscriptions.push_back({{"contact.creation", ""}, "theirs", true});
  AddMapping("m", {"email"});
  RunDue();
  TurnOff("m");
  RunDue();
  EXPECT_THAT(AtTheSystem(), ElementsAre("contact.creation"));
  EXPECT_EQ(crm_.calls("DeleteSubscription"), 0);
  EXPECT_THAT(Rows(), IsEmpty());
}

TEST_F(SubscriptionControllerTest, WhatIsOursGoesAlthoughAnotherReceiverHasTakenTheUrl) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  RunDue();
  crm_.registration.target_url = "https://other.example/hook";
  crm_.registration.subscriptions.push_back({{"company.creation", ""}, "theirs", true});
  TurnOff("m");
  RunDue();
  EXPECT_THAT(AtTheSystem(), ElementsAre("company.creation"));
  EXPECT_THAT(Rows(), IsEmpty());
}

TEST_F(SubscriptionControllerTest, WhatIsTakenAwayDoesNotWaitForWhatIsWanted) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  AddMapping("b", {"phone"});
  RunDue();
  EdgeHasApplied(2);
  TurnOff("b");
  RunDue();
  EXPECT_THAT(AtTheSystem(),
              UnorderedElementsAre("contact.change email", "contact.creation", "contact.deletion"));
  EXPECT_THAT(Rows(), SizeIs(3));
  EXPECT_EQ(DueIn(), kEdgesNotReadyRecheck);

  EdgeHasApplied(3);
  crm_.registration.target_url = "https://other.example/hook";
  AddMapping("c", {"zip"});
  TurnOff("a");
  RunDue();
  EXPECT_THAT(AtTheSystem(), UnorderedElementsAre("contact.creation", "contact.deletion"));
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_FAILED))));
}

TEST_F(SubscriptionControllerTest, ARemovalThatFailsIsNotTriedEachTimeTheEdgesAreLookedAt) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  AddMapping("b", {"phone"});
  RunDue();
  EdgeHasApplied(2);
  TurnOff("b");
  crm_.FailNext("DeleteSubscription", absl::UnavailableError("down"));
  RunDue();
  EXPECT_EQ(DueIn(), kFirstFailureDelay);
  crm_.FailNext("GetRegistration", absl::UnavailableError("down"));
  RunAfter(kFirstFailureDelay);
  EXPECT_EQ(DueIn(), 2 * kFirstFailureDelay);
  EXPECT_THAT(Rows(), UnorderedElementsAre(StateIs(Subscription::STATE_ACTIVE),
                                           StateIs(Subscription::STATE_ACTIVE),
                                           StateIs(Subscription::STATE_ACTIVE),
                                           StateIs(Subscription::STATE_REMOVING)));
}

TEST_F(SubscriptionControllerTest, TheUrlOfTheAppsFormerEdgeGroupIsReplaced) {
  EdgeHasApplied(3);
  crm_.registration.target_url = "https://former.example/v1/hooks/token";
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_EQ(crm_.registration.target_url, kHookUrl);
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_ACTIVE)));
}

TEST_F(SubscriptionControllerTest, WhatWasCreatedBeforeAnInterruptionIsAdopted) {
  EdgeHasApplied(3);
  crm_.LoseNextAnswer("CreateSubscription", absl::DeadlineExceededError("no answer"));
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
  RunAfter(kFirstFailureDelay);
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
  EXPECT_EQ(crm_.calls("CreateSubscription"), 3);
  EXPECT_THAT(Rows(), Each(AllOf(StateIs(Subscription::STATE_ACTIVE),
                                 Property(&Subscription::external_id, Not(IsEmpty())))));
}

TEST_F(SubscriptionControllerTest, TurningOneOfTwoMappingsOffKeepsWhatTheOtherNeeds) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  AddMapping("b", {"email", "phone"});
  RunDue();
  TurnOff("b");
  RunDue();
  EXPECT_THAT(AtTheSystem(),
              UnorderedElementsAre("contact.change email", "contact.creation", "contact.deletion"));
  ASSERT_THAT(Rows(), SizeIs(3));
  for (const Subscription& row : Rows()) {
    EXPECT_EQ(row.state(), Subscription::STATE_ACTIVE);
    EXPECT_THAT(row.mappings(), ElementsAre(MappingName("a")));
  }
  EXPECT_EQ(crm_.calls("CreateSubscription"), 4);
  EXPECT_EQ(crm_.calls("DeleteSubscription"), 1);
}

TEST_F(SubscriptionControllerTest, WhenTheLastMappingIsTurnedOffNothingRemains) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  RunDue();
  TurnOff("a");
  RunDue();
  EXPECT_THAT(AtTheSystem(), IsEmpty());
  EXPECT_THAT(Rows(), IsEmpty());
}

TEST_F(SubscriptionControllerTest, OfAnAppThatTheSystemHasNoMoreNothingRemains) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  AddMapping("b", {"phone"});
  RunDue();
  const absl::Status gone = absl::NotFoundError("no app of this id");
  TurnOff("b");
  crm_.FailNext("GetRegistration", gone);
  RunDue();
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_FAILED))));
  EXPECT_EQ(Rows()[0].state_reason(), gone.message());
  EXPECT_EQ(DueIn(), kFirstFailureDelay);

  TurnOff("a");
  crm_.FailNext("GetRegistration", gone);
  RunDue();
  EXPECT_THAT(Rows(), IsEmpty());
  EXPECT_EQ(crm_.calls("DeleteSubscription"), 0);
}

TEST_F(SubscriptionControllerTest, SubscriptionsOfOthersAreLeftAlone) {
  EdgeHasApplied(3);
  crm_.registration.subscriptions.push_back({{"company.creation", ""}, "theirs", true});
  AddMapping("a", {"email"});
  RunDue();
  TurnOff("a");
  RunDue();
  EXPECT_THAT(AtTheSystem(), ElementsAre("company.creation"));
}

TEST_F(SubscriptionControllerTest, ASubscriptionThatSomebodyDeletedIsMadeAgain) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  RunDue();
  crm_.registration.subscriptions.clear();
  RunAfter(kSubscriptionRecheck);
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
}

TEST_F(SubscriptionControllerTest, FailuresAreRetriedLessAndLessOften) {
  EdgeHasApplied(3);
  for (int i = 0; i < 3; ++i) crm_.FailNext("GetRegistration", absl::UnavailableError("down"));
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_FAILED)));
  EXPECT_EQ(DueIn(), absl::Seconds(5));
  RunAfter(absl::Seconds(5) - absl::Nanoseconds(1));
  EXPECT_EQ(crm_.calls("GetRegistration"), 1);
  RunAfter(absl::Nanoseconds(1));
  EXPECT_EQ(DueIn(), absl::Seconds(10));
  RunAfter(absl::Seconds(10));
  EXPECT_EQ(DueIn(), absl::Seconds(20));
  RunAfter(absl::Seconds(20));
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_ACTIVE)));
  EXPECT_EQ(App().reconcile_failures(), 0);
}

TEST_F(SubscriptionControllerTest, AnUnreadableSecretIsNoWaitForTheEdges) {
  UnreadableSecrets clients;
  SubscriptionController controller({*store_, registry_, clients, clock_, random_});
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  EXPECT_THAT(controller.RunDue(), IsOk());
  EXPECT_THAT(Rows(), AllOf(SizeIs(3), Each(StateIs(Subscription::STATE_FAILED))));
  EXPECT_THAT(Rows()[0].state_reason(), HasSubstr("key k2"));
  EXPECT_EQ(DueIn(), kFirstFailureDelay);
  clock_.Advance(kFirstFailureDelay);
  EXPECT_THAT(controller.RunDue(), IsOk());
  EXPECT_EQ(DueIn(), 2 * kFirstFailureDelay);
}

TEST_F(SubscriptionControllerTest, WhatWorksGoesOnWorkingWithoutTheSecret) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  RunDue();
  UnreadableSecrets clients;
  SubscriptionController controller({*store_, registry_, clients, clock_, random_});
  clock_.Advance(kSubscriptionRecheck);
  EXPECT_THAT(controller.RunDue(), IsOk());
  EXPECT_THAT(Rows(), Each(StateIs(Subscription::STATE_ACTIVE)));
  EXPECT_THAT(Rows()[0].state_reason(), HasSubstr("key k2"));
}

TEST_F(SubscriptionControllerTest, ARowsNextAttemptIsTheAppsAlthoughTheyFailedDifferentlyOften) {
  EdgeHasApplied(3);
  for (int i = 0; i < 2; ++i) crm_.FailNext("GetRegistration", absl::UnavailableError("down"));
  AddMapping("a", {"email"});
  RunDue();
  ExpectRowsShow(kFirstFailureDelay);
  RunAfter(kFirstFailureDelay);
  ExpectRowsShow(2 * kFirstFailureDelay);

  // A new mapping makes the app due at once, and its failures count anew.
  crm_.FailNext("GetRegistration", absl::UnavailableError("down"));
  AddMapping("b", {"phone"});
  ExpectRowsShow(absl::ZeroDuration());
  RunDue();
  ASSERT_THAT(Rows(), SizeIs(4));
  ExpectRowsShow(kFirstFailureDelay);
}

TEST_F(SubscriptionControllerTest, ARowThatWaitsForTheEdgesShowsWhenTheyAreLookedAtAgain) {
  AddMapping("m", {"email"});
  RunDue();
  ExpectRowsShow(kEdgesNotReadyRecheck);
}

TEST_F(SubscriptionControllerTest, OneRowThatFailsDoesNotHoldUpTheOthers) {
  EdgeHasApplied(3);
  crm_.FailNext("CreateSubscription", absl::InvalidArgumentError("no such property"));
  AddMapping("m", {"email"});
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(2));
  EXPECT_THAT(Rows(), UnorderedElementsAre(StateIs(Subscription::STATE_FAILED),
                                           StateIs(Subscription::STATE_ACTIVE),
                                           StateIs(Subscription::STATE_ACTIVE)));
  EXPECT_EQ(DueIn(), kFirstFailureDelay);
}

TEST_F(SubscriptionControllerTest, AnActiveRowForgetsAnOutageOnceItIsOver) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  RunDue();
  crm_.FailNext("GetRegistration", absl::UnavailableError("down"));
  RunAfter(kSubscriptionRecheck);
  EXPECT_THAT(Rows(), Each(AllOf(StateIs(Subscription::STATE_ACTIVE),
                                 Property(&Subscription::state_reason, "down"))));
  RunAfter(kFirstFailureDelay);
  for (const Subscription& row : Rows()) {
    EXPECT_EQ(row.state_reason(), "");
    EXPECT_EQ(row.failed_attempts(), 0);
    EXPECT_FALSE(row.has_next_attempt_time());
  }
}

TEST_F(SubscriptionControllerTest, AMarkDuringAReconcileIsNotLost) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  crm_.During("GetRegistration", [&] {
    clock_.Advance(absl::Milliseconds(1));
    AddMapping("b", {"phone"});
  });
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(4));
}

// Both marks carry one time: the clock stands still.
TEST_F(SubscriptionControllerTest, AMarkDuringAReconcileIsNotLostWithinOneTickOfTheClock) {
  EdgeHasApplied(3);
  AddMapping("a", {"email"});
  crm_.During("GetRegistration", [&] { AddMapping("b", {"phone"}); });
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(4));
  EXPECT_EQ(DueIn(), kSubscriptionRecheck);
}

TEST_F(SubscriptionControllerTest, AnAppIsReconciledOnceAtATime) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  crm_.During("CreateSubscription", [&] {
    EXPECT_THAT(controller_.Reconcile(kApp, absl::ZeroDuration()),
                StatusIs(absl::StatusCode::kUnavailable,
                         AllOf(HasSubstr(kApp), HasSubstr("being reconciled"))));
    EXPECT_THAT(controller_.RunDue(), IsOk());
  });
  RunDue();
  EXPECT_EQ(crm_.calls("GetRegistration"), 1);
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
}

TEST_F(SubscriptionControllerTest, WhoWaitsForAReconcileHasItsOwnAfterwards) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  std::thread waiting;
  absl::Status waited = absl::UnknownError("did not run");
  crm_.During("CreateSubscription", [&] {
    waiting = std::thread([&] { waited = controller_.Reconcile(kApp, absl::InfiniteDuration()); });
  });
  RunDue();
  waiting.join();
  EXPECT_THAT(waited, IsOk());
  EXPECT_EQ(crm_.calls("GetRegistration"), 2);
  EXPECT_THAT(AtTheSystem(), SizeIs(3));
}

TEST_F(SubscriptionControllerTest, AStopEndsWhatRunsAtItsNextStepAndLeavesTheRestDue) {
  EdgeHasApplied(3);
  AddMapping("m", {"email"});
  crm_.During("CreateSubscription", [&] { controller_.Stop(); });
  RunDue();
  EXPECT_THAT(AtTheSystem(), SizeIs(1));
  EXPECT_EQ(DueIn(), absl::ZeroDuration());
  RunDue();
  EXPECT_EQ(crm_.calls("GetRegistration"), 1);
  EXPECT_THAT(controller_.Reconcile(kApp, absl::InfiniteDuration()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is stopping")));
}

TEST(FailureDelayTest, DoublesUpToTheLast) {
  EXPECT_EQ(FailureDelay(1), kFirstFailureDelay);
  EXPECT_EQ(FailureDelay(2), absl::Seconds(10));
  EXPECT_EQ(FailureDelay(6), absl::Seconds(160));
  EXPECT_EQ(FailureDelay(7), kLastFailureDelay);
  EXPECT_EQ(FailureDelay(1000), kLastFailureDelay);
}

}  // namespace
}  // namespace fluxcascade
