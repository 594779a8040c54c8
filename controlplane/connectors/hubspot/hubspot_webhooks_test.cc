#include "controlplane/connectors/hubspot/hubspot_webhooks.h"

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string TestData(const std::string& name) {
  std::ifstream file("controlplane/connectors/hubspot/testdata/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<SourceEvent> Parse(const std::string& body) {
  auto events = ParseHubSpotEvents(body);
  EXPECT_TRUE(events.ok()) << events.status();
  return events.ok() ? *std::move(events) : std::vector<SourceEvent>();
}

// One event of that type with ordinary members and `more`.
SourceEvent ParseOne(const std::string& type, const std::string& more = R"("objectId":123)") {
  const auto events = Parse(absl::StrCat(
      R"([{"eventId":1,"subscriptionId":2,"portalId":62515,"appId":54321,"occurredAt":1564113600000,)",
      R"("attemptNumber":0,"subscriptionType":")", type, "\",", more, "}]"));
  return events.size() == 1 ? events[0] : SourceEvent();
}

TEST(HubSpotWebhooksTest, ReadsACapturedRequestWithIdsBeyond32Bits) {
  const auto events = Parse(TestData("captured_deal_creation.json"));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].record_id, "267448862446");
  EXPECT_EQ(events[0].account_id, "242711451");
  EXPECT_EQ(events[0].external_id, "1030198139");
  EXPECT_EQ(events[0].occur_time, absl::FromUnixMillis(1769081993375));
  EXPECT_THAT(events[0].unsupported_reason, HasSubstr("deal.creation"));
}

TEST(HubSpotWebhooksTest, ReadsTheEventsOfTheDocumentation) {
  const auto events = Parse(TestData("documented_events.json"));
  ASSERT_THAT(events, SizeIs(4));

  EXPECT_EQ(events[0].action, EventAction::kUpdate);
  EXPECT_EQ(events[0].object_type, "contact");
  EXPECT_EQ(events[0].record_id, "123");
  EXPECT_THAT(events[0].changed_fields, ElementsAre("email"));
  EXPECT_THAT(events[0].payload, HasSubstr("a@example.com"));

  EXPECT_EQ(events[1].action, EventAction::kMerge);
  EXPECT_EQ(events[1].record_id, "103");
  EXPECT_THAT(events[1].merged_record_ids, ElementsAre("101", "102"));

  EXPECT_EQ(events[2].record_id, "1");
  EXPECT_THAT(events[2].unsupported_reason, HasSubstr("contact.associationChange"));

  EXPECT_EQ(events[3].object_type, "contact");
  EXPECT_EQ(events[3].record_id, "1148");
  EXPECT_THAT(events[3].unsupported_reason, IsEmpty());
}

TEST(HubSpotWebhooksTest, EveryKindHasItsAction) {
  EXPECT_EQ(ParseOne("contact.creation").action, EventAction::kCreate);
  EXPECT_EQ(ParseOne("contact.restore").action, EventAction::kCreate);
  EXPECT_EQ(ParseOne("contact.propertyChange").action, EventAction::kUpdate);
  EXPECT_EQ(ParseOne("contact.deletion").action, EventAction::kDelete);
  EXPECT_EQ(ParseOne("contact.privacyDeletion").action, EventAction::kDelete);
  EXPECT_EQ(ParseOne("contact.merge", R"("primaryObjectId":1,"mergedObjectIds":[2])").action,
            EventAction::kMerge);
}

TEST(HubSpotWebhooksTest, AMergeThatKeepsThePrimaryNamesOnlyTheOthersAsMerged) {
  const SourceEvent event =
      ParseOne("contact.merge", R"("primaryObjectId":1,"mergedObjectIds":[1,2,3],"newObjectId":1)");
  EXPECT_EQ(event.record_id, "1");
  EXPECT_THAT(event.merged_record_ids, ElementsAre("2", "3"));
}

TEST(HubSpotWebhooksTest, WhatCannotBeUsedSaysWhy) {
  EXPECT_THAT(ParseOne("contact.somethingNew").unsupported_reason, HasSubstr("somethingNew"));
  EXPECT_THAT(ParseOne("conversation.newMessage").unsupported_reason, HasSubstr("newMessage"));
  EXPECT_THAT(ParseOne("contact.creation", R"("objectId":1.5)").unsupported_reason,
              HasSubstr("which record"));
  EXPECT_THAT(
      ParseOne("object.creation", R"("objectId":1,"objectTypeId":"2-77")").unsupported_reason,
      HasSubstr("2-77"));
  EXPECT_THAT(Parse(R"(["text",{}])")[0].unsupported_reason, HasSubstr("subscriptionType"));
  EXPECT_THAT(
      Parse(R"([{"subscriptionType":"contact.creation","objectId":1}])")[0].unsupported_reason,
      HasSubstr("portalId"));
}

TEST(HubSpotWebhooksTest, AnArrivalOfTheSameEventHasTheSameKeyWhateverTheAttempt) {
  const SourceEvent first =
      ParseOne("contact.propertyChange", R"("objectId":1,"propertyName":"a")");
  const std::string again =
      R"([{"attemptNumber":7,"eventId":1,"portalId":62515,"appId":54321,"occurredAt":1564113600000,)"
      R"("subscriptionType":"contact.propertyChange","objectId":1,"propertyName":"a"}])";
  EXPECT_EQ(Parse(again)[0].dedupe_key, first.dedupe_key);
}

TEST(HubSpotWebhooksTest, EachPartOfTheKeyTellsEventsApart) {
  const std::string base =
      R"([{"eventId":1,"portalId":2,"appId":3,"occurredAt":4,"subscriptionType":"contact.propertyChange","objectId":5,"propertyName":"a"}])";
  const std::string key = Parse(base)[0].dedupe_key;
  const std::pair<std::string, std::string> changes[] = {
      {R"("eventId":1)", R"("eventId":9)"},
      {R"("portalId":2)", R"("portalId":9)"},
      {R"("appId":3)", R"("appId":9)"},
      {R"("occurredAt":4)", R"("occurredAt":9)"},
      {"contact.propertyChange", "object.propertyChange"},
      {R"("objectId":5)", R"("objectId":9)"},
      {R"(Name":"a")", R"(Name":"b")"}};
  for (const auto& [from, to] : changes) {
    std::string changed = base;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_NE(Parse(changed)[0].dedupe_key, key) << to;
  }
}

TEST(HubSpotWebhooksTest, ABodyThatIsNoArrayCannotBeRead) {
  EXPECT_EQ(ParseHubSpotEvents("{").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(ParseHubSpotEvents("{}").status().message()), HasSubstr("object"));
  EXPECT_THAT(Parse("[]"), IsEmpty());
}

}  // namespace
}  // namespace fluxcascade
