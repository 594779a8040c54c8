#include "tests/sandbox/hubspot/webhook_events.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;

class WebhookEventsTest : public testing::Test {
 protected:
  WebhookEventsTest() {
    change_.type = FindCrmType("contact");
    change_.object_id = 123;
    change_.occur_time = absl::FromUnixMillis(1564113600000);
    subscription_.id = 12;
    subscription_.active = true;
  }
  std::optional<json> Event(const std::string& type, const std::string& property = "") {
    subscription_.event_type = type;
    subscription_.property_name = property;
    return WebhookEvent(change_, {"CRM_UI", "userId:1"}, subscription_, 1, 62515, 54321);
  }

  CrmChange change_;
  WebhookSubscription subscription_;
};

TEST_F(WebhookEventsTest, AChangedPropertyIsToldToItsOwnSubscription) {
  change_.kind = CrmChangeKind::kPropertyChanged;
  change_.property = "email";
  change_.value = "a@example.com";
  EXPECT_EQ(Event("contact.propertyChange", "email"), json::parse(R"({
      "eventId":1,"subscriptionId":12,"portalId":62515,"appId":54321,"occurredAt":1564113600000,
      "subscriptionType":"contact.propertyChange","objectId":123,"propertyName":"email",
      "propertyValue":"a@example.com","changeSource":"CRM_UI","sourceId":"userId:1"})"));
  EXPECT_FALSE(Event("contact.propertyChange", "city").has_value());
  EXPECT_FALSE(Event("company.propertyChange", "email").has_value());
  EXPECT_FALSE(Event("contact.creation").has_value());
}

TEST_F(WebhookEventsTest, APausedSubscriptionIsToldNothing) {
  subscription_.active = false;
  EXPECT_FALSE(Event("contact.creation").has_value());
}

TEST_F(WebhookEventsTest, CreationAndDeletionCarryAFlag) {
  EXPECT_EQ((*Event("contact.creation"))["changeFlag"], "CREATED");
  change_.kind = CrmChangeKind::kDeleted;
  EXPECT_EQ((*Event("contact.deletion"))["changeFlag"], "DELETED");
}

TEST_F(WebhookEventsTest, AMergeNamesAllWhoTookPart) {
  change_.kind = CrmChangeKind::kMerged;
  change_.merged_object_id = 124;
  change_.properties_moved = 4;
  const json event = *Event("contact.merge");
  EXPECT_EQ(event["primaryObjectId"], 123);
  EXPECT_EQ(event["mergedObjectIds"], json::array({124}));
  EXPECT_EQ(event["newObjectId"], 123);
  EXPECT_EQ(event["numberOfPropertiesMoved"], 4);
  EXPECT_FALSE(event.contains("objectId"));
}

TEST_F(WebhookEventsTest, AGenericSubscriptionNamesTheObjectType) {
  subscription_.object_type_id = "0-1";
  EXPECT_EQ((*Event("object.creation"))["objectTypeId"], "0-1");
  subscription_.object_type_id = "0-2";
  EXPECT_FALSE(Event("object.creation").has_value());
}

}  // namespace
}  // namespace fluxcascade::sandbox
