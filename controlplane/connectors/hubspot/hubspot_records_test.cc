#include "controlplane/connectors/hubspot/hubspot_records.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

const HubSpotObjectType& Contact() { return **FindHubSpotObjectType("contact"); }

Record Parse(const json& properties) {
  const json object = {{"id", "512"},
                       {"properties", properties},
                       {"updatedAt", "2019-12-07T16:50:06.678Z"},
                       {"archived", false}};
  auto record = ParseHubSpotRecord(Contact(), object, {"email", "phone"});
  EXPECT_TRUE(record.ok()) << record.status();
  return record.ok() ? *record : Record();
}

TEST(HubSpotRecordsTest, EveryFieldThatWasAskedForIsThere) {
  const Record record = Parse({{"email", "john@example.com"}, {"lastname", "Doe"}});
  EXPECT_EQ(record.id, "512");
  EXPECT_EQ(record.fields.at("email"), "john@example.com");
  EXPECT_EQ(record.fields.at("phone"), nullptr);
  EXPECT_EQ(record.version, "2019-12-07T16:50:06.678Z");
  EXPECT_EQ(record.update_time, absl::FromUnixMillis(1575737406678));
}

TEST(HubSpotRecordsTest, APersonKnowsARecordByItsAddressElseItsNameElseItsId) {
  EXPECT_EQ(Parse({{"email", "john@example.com"}, {"firstname", "John"}}).display_name,
            "john@example.com");
  EXPECT_EQ(Parse({{"email", ""}, {"firstname", "John"}, {"lastname", "Doe"}}).display_name,
            "John Doe");
  EXPECT_EQ(Parse({{"lastname", "Doe"}}).display_name, "Doe");
  EXPECT_EQ(Parse(json::object()).display_name, "contact 512");
}

TEST(HubSpotRecordsTest, ARecordWithoutAnIdIsNoAnswer) {
  EXPECT_FALSE(ParseHubSpotRecord(Contact(), json::object(), {}).ok());
  EXPECT_FALSE(ParseHubSpotRecords(Contact(), json::object(), {}).ok());
}

TEST(HubSpotRecordsTest, WritesPropertiesAsText) {
  EXPECT_EQ(HubSpotProperties({{"gone", nullptr},
                               {"flag", true},
                               {"count", 7},
                               {"boxes", json::array({"a", "b"})},
                               {"name", "Zoë"}})
                .dump(),
            R"({"properties":{"boxes":"a;b","count":"7","flag":"true","gone":"","name":"Zoë"}})");
}

TEST(HubSpotRecordsTest, ReadsAlsoWhatMakesTheDisplayName) {
  EXPECT_THAT(HubSpotPropertiesToRead(Contact(), {"phone", "email"}),
              ElementsAre("email", "firstname", "lastname", "phone"));
}

TEST(HubSpotRecordsTest, DescribesWhatCanBeReadAndWritten) {
  const ObjectTypeInfo info = ParseHubSpotProperties(Contact(), json::parse(R"({"results":[
        {"name":"email","type":"string","modificationMetadata":{"readOnlyValue":false}},
        {"name":"createdate","type":"datetime","modificationMetadata":{"readOnlyValue":true}},
        {"name":"score","type":"number","calculated":true},
        {"name":"mobile","type":"phone_number"},
        {"name":"old","type":"string","archived":true},
        {"name":"internal","type":"string","hidden":true}]})"));
  ASSERT_EQ(info.fields.size(), 4u);
  EXPECT_EQ(info.fields[0].name, "email");
  EXPECT_TRUE(info.fields[0].writable);
  EXPECT_EQ(info.fields[1].type, "datetime");
  EXPECT_FALSE(info.fields[1].writable);
  EXPECT_FALSE(info.fields[2].writable);
  EXPECT_EQ(info.fields[3].type, "string");
  EXPECT_THAT(info.delete_modes, ElementsAre(DeleteMode::kArchive));
}

TEST(HubSpotRecordsTest, ComparesAsHubSpotDoes) {
  EXPECT_TRUE(SameHubSpotValue("phone", nullptr, ""));
  EXPECT_TRUE(SameHubSpotValue("email", "John@Example.com ", "john@example.com"));
  EXPECT_TRUE(SameHubSpotValue("amount", 5.0, "5"));
  EXPECT_TRUE(SameHubSpotValue("flag", true, "true"));
  EXPECT_FALSE(SameHubSpotValue("zip", "01234", "1234"));
  EXPECT_FALSE(SameHubSpotValue("lastname", "doe", "Doe"));
}

}  // namespace
}  // namespace fluxcascade
