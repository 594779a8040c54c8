#include "controlplane/subscriptions/plan.h"

#include <string>
#include <vector>

#include "common/time/fake_clock.h"
#include "controlplane/connectors/testing/fake_connector.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Mapping;
using store::v1::Subscription;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using Kind = SubscriptionStep::Kind;

Mapping MappingOf(const std::string& name, const std::vector<std::string>& fields,
                  bool enabled = true) {
  Mapping mapping;
  mapping.set_name(name);
  mapping.mutable_source()->set_object_type("contact");
  for (const std::string& field : fields) mapping.add_fields()->add_source_fields(field);
  mapping.set_realtime_enabled(enabled);
  return mapping;
}

Subscription Row(const std::string& property, Subscription::State state,
                 const std::vector<std::string>& mappings = {"m"}) {
  Subscription row;
  row.set_event_type("contact.change");
  row.set_property(property);
  row.set_state(state);
  row.mutable_mappings()->Assign(mappings.begin(), mappings.end());
  return row;
}

Registration Has(const std::string& property, bool active) {
  Registration registration;
  registration.subscriptions.push_back({{"contact.change", property}, "77", active});
  return registration;
}

SubscriptionStep StepOf(const Subscription& row, const Registration& actual) {
  return PlanStep(row, actual, TargetUrlState::kOurs);
}

const SubscriptionSpec kEmail{"contact.change", "email"};

TEST(PlanTest, EachSubscriptionNamesTheMappingsThatNeedIt) {
  const FakeClock clock;
  FakeSystem system("crm", clock);
  const DesiredSubscriptions desired =
      Desired(FakeConnector(system), {MappingOf("b", {"email", "phone"}), MappingOf("a", {"email"}),
                                      MappingOf("c", {"x"}, false)});
  EXPECT_THAT(desired,
              ElementsAre(Pair(SubscriptionSpec{"contact.change", "email"}, ElementsAre("a", "b")),
                          Pair(SubscriptionSpec{"contact.change", "phone"}, ElementsAre("b")),
                          Pair(SubscriptionSpec{"contact.creation", ""}, ElementsAre("a", "b")),
                          Pair(SubscriptionSpec{"contact.deletion", ""}, ElementsAre("a", "b"))));
}

TEST(PlanTest, WhatIsNeededAndHasNoRowGetsAPendingOne) {
  const RowChanges changes = PlanRows({{kEmail, {"m"}}}, {});
  ASSERT_THAT(changes.insert, SizeIs(1));
  EXPECT_EQ(SpecOf(changes.insert[0]), kEmail);
  EXPECT_EQ(changes.insert[0].state(), Subscription::STATE_PENDING);
  EXPECT_THAT(changes.insert[0].mappings(), ElementsAre("m"));
  EXPECT_THAT(changes.update, IsEmpty());
}

TEST(PlanTest, ARowThatIsAsItShouldBeIsLeftAlone) {
  const RowChanges changes =
      PlanRows({{kEmail, {"m"}}}, {Row("email", Subscription::STATE_ACTIVE)});
  EXPECT_THAT(changes.insert, IsEmpty());
  EXPECT_THAT(changes.update, IsEmpty());
}

TEST(PlanTest, ARowWithFewerMappingsStaysActive) {
  const RowChanges changes =
      PlanRows({{kEmail, {"a"}}}, {Row("email", Subscription::STATE_ACTIVE, {"a", "b"})});
  ASSERT_THAT(changes.update, SizeIs(1));
  EXPECT_EQ(changes.update[0].state(), Subscription::STATE_ACTIVE);
  EXPECT_THAT(changes.update[0].mappings(), ElementsAre("a"));
}

TEST(PlanTest, ARowThatNobodyNeedsIsRemoved) {
  const RowChanges changes = PlanRows({}, {Row("email", Subscription::STATE_ACTIVE)});
  ASSERT_THAT(changes.update, SizeIs(1));
  EXPECT_EQ(changes.update[0].state(), Subscription::STATE_REMOVING);
  EXPECT_THAT(changes.update[0].mappings(), IsEmpty());
}

TEST(PlanTest, ARowThatIsBeingRemovedAndIsNeededAgainIsPending) {
  const RowChanges changes =
      PlanRows({{kEmail, {"m"}}}, {Row("email", Subscription::STATE_REMOVING)});
  ASSERT_THAT(changes.update, SizeIs(1));
  EXPECT_EQ(changes.update[0].state(), Subscription::STATE_PENDING);
}

TEST(PlanTest, AWantedRowIsCreatedActivatedOrAdopted) {
  const Subscription row = Row("email", Subscription::STATE_PENDING);
  EXPECT_EQ(StepOf(row, {}).kind, Kind::kCreate);
  EXPECT_EQ(StepOf(row, Has("phone", true)).kind, Kind::kCreate);
  EXPECT_EQ(StepOf(row, Has("email", false)).kind, Kind::kActivate);
  EXPECT_EQ(StepOf(row, Has("email", true)).kind, Kind::kNone);
  EXPECT_EQ(StepOf(row, Has("email", true)).external_id, "77");
}

TEST(PlanTest, ARowToBeRemovedIsDeletedOrForgotten) {
  const Subscription row = Row("email", Subscription::STATE_REMOVING);
  EXPECT_EQ(StepOf(row, Has("email", true)).kind, Kind::kDelete);
  EXPECT_EQ(StepOf(row, Has("email", true)).external_id, "77");
  EXPECT_EQ(StepOf(row, Has("phone", true)).kind, Kind::kForget);
}

TEST(PlanTest, WhereAnotherReceiverListensOnlyWhatIsKnownToBeOursIsDeleted) {
  Subscription row = Row("email", Subscription::STATE_REMOVING);
  const auto kind = [&] {
    return PlanStep(row, Has("email", true), TargetUrlState::kForeign).kind;
  };
  EXPECT_EQ(kind(), Kind::kForget);
  row.set_external_id("76");
  EXPECT_EQ(kind(), Kind::kForget);
  row.set_external_id("77");
  EXPECT_EQ(kind(), Kind::kDelete);
}

TEST(PlanTest, ATargetUrlWithOurTokenIsAFormerOneOfOurs) {
  const absl::string_view ours = "https://a/v1/hooks/token";
  EXPECT_EQ(CompareTargetUrl("https://b/v1/hooks/token", ours), TargetUrlState::kFormerlyOurs);
  EXPECT_EQ(CompareTargetUrl("https://a/v1/hooks/another", ours), TargetUrlState::kForeign);
  EXPECT_EQ(CompareTargetUrl("https://a/v1/hooks/a-token", ours), TargetUrlState::kForeign);
}

TEST(PlanTest, ATargetUrlIsOursUnsetOrForeign) {
  EXPECT_EQ(CompareTargetUrl("https://a", "https://a"), TargetUrlState::kOurs);
  EXPECT_EQ(CompareTargetUrl("", "https://a"), TargetUrlState::kUnset);
  EXPECT_EQ(CompareTargetUrl("https://a/", "https://a"), TargetUrlState::kForeign);
}

}  // namespace
}  // namespace fluxcascade
