#include "controlplane/connectors/pipedrive/pipedrive_person_codec.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr char kHash[] = "0123456789abcdef0123456789abcdef01234567";

json Entry(const std::string& value, bool primary, const std::string& label = "work") {
  return {{"value", value}, {"primary", primary}, {"label", label}};
}

json Person() {
  return json::parse(R"({"id":1,"name":"Person Name","first_name":"Person","last_name":"Name",
    "owner_id":1,"org_id":null,"update_time":"2021-01-01T00:00:00Z",
    "emails":[{"value":"home@example.com","primary":false,"label":"home"},
              {"value":"work@example.com","primary":true,"label":"work"}],
    "phones":[],"is_deleted":false,"visible_to":7,"label_ids":[1],
    "custom_fields":{"0123456789abcdef0123456789abcdef01234567":{"value":12.5,"currency":"EUR"}},
    "postal_address":{"value":"123 Main St","country":"USA"}})");
}

std::string Body(const FieldMap& fields, const json& current = nullptr,
                 const PipedriveFieldTypes& types = {}) {
  const auto body = PersonBody(fields, current, types);
  return body.ok() ? body->dump() : std::string(body.status().message());
}

TEST(PipedrivePersonCodecTest, FlattensAPerson) {
  const auto record = ParsePerson(Person(), {"email", "job_title"});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->id, "1");
  EXPECT_EQ(record->fields.at("email"), "work@example.com");
  EXPECT_EQ(record->fields.at("phone"), nullptr);
  EXPECT_EQ(record->fields.at("job_title"), nullptr);
  EXPECT_EQ(record->fields.at("postal_address"), "123 Main St");
  EXPECT_EQ(record->fields.at(kHash), 12.5);
  EXPECT_EQ(record->version, "2021-01-01T00:00:00Z");
  EXPECT_EQ(record->display_name, "work@example.com");
  EXPECT_FALSE(record->archived);
}

TEST(PipedrivePersonCodecTest, ADeletedPersonIsTheSystemsWordThatItIsGone) {
  json person = Person();
  person["is_deleted"] = true;
  EXPECT_TRUE(ParsePerson(person, {})->archived);
}

TEST(PipedrivePersonCodecTest, ThePrimaryAddressChangesAndTheOthersStay) {
  const json list = WithPrimary(Person()["emails"], "new@example.com");
  EXPECT_EQ(list, json::array(
                      {Entry("home@example.com", false, "home"), Entry("new@example.com", true)}));
}

TEST(PipedrivePersonCodecTest, AnAddressThatIsThereBecomesThePrimaryOne) {
  const json list = WithPrimary(Person()["emails"], "HOME@example.com");
  EXPECT_EQ(list, json::array(
                      {Entry("HOME@example.com", true, "home"), Entry("work@example.com", false)}));
}

TEST(PipedrivePersonCodecTest, AFirstAddressIsPrimary) {
  EXPECT_EQ(WithPrimary(nullptr, "a@example.com"), json::array({Entry("a@example.com", true)}));
}

TEST(PipedrivePersonCodecTest, AnEmptyValueClearsTheListSoThatClearingTwiceIsClearingOnce) {
  EXPECT_EQ(WithPrimary(Person()["emails"], nullptr), json::array());
  EXPECT_EQ(WithPrimary(json::array(), ""), json::array());
}

TEST(PipedrivePersonCodecTest, BuildsABodyOfTypedValues) {
  EXPECT_EQ(Body({{"name", " John Doe "},
                  {"email", "john@example.com"},
                  {"owner_id", "42"},
                  {"label_ids", json::array({"1", 2})},
                  {"org_id", nullptr}}),
            R"({"emails":[{"label":"work","primary":true,"value":"john@example.com"}],)"
            R"("label_ids":[1,2],"name":"John Doe","org_id":null,"owner_id":42})");
}

TEST(PipedrivePersonCodecTest, CustomFieldsTakeTheirType) {
  const json current = Person();
  EXPECT_EQ(Body({{kHash, "5"}}, current, {{kHash, "double"}}),
            absl::StrCat(R"({"custom_fields":{")", kHash, R"(":5.0}})"));
  EXPECT_EQ(Body({{kHash, "5"}}, current, {{kHash, "varchar"}}),
            absl::StrCat(R"({"custom_fields":{")", kHash, R"(":"5"}})"));
  EXPECT_EQ(Body({{kHash, json::array({"7", 8})}}, current, {{kHash, "set"}}),
            absl::StrCat(R"({"custom_fields":{")", kHash, R"(":[7,8]}})"));
  EXPECT_EQ(Body({{kHash, json::array()}}, current, {{kHash, "set"}}),
            absl::StrCat(R"({"custom_fields":{")", kHash, R"(":null}})"));
  EXPECT_THAT(Body({{kHash, "x"}}, current, {{kHash, "double"}}), HasSubstr("takes a number"));
}

TEST(PipedrivePersonCodecTest, TypesAreAskedForOnlyWhenTheyMatter) {
  EXPECT_FALSE(NeedsFieldTypes({{"owner_id", "5"}, {kHash, "text"}}));
  EXPECT_FALSE(NeedsFieldTypes({{kHash, nullptr}}));
  EXPECT_TRUE(NeedsFieldTypes({{kHash, "5"}}));
}

TEST(PipedrivePersonCodecTest, APersonMustHaveAName) {
  EXPECT_THAT(Body({{"email", "a@example.com"}}), HasSubstr("must have a name"));
  EXPECT_THAT(Body({{"name", "  "}}, Person()), HasSubstr("must have a name"));
  EXPECT_EQ(Body({{"owner_id", 1}}, Person()), R"({"owner_id":1})");
}

TEST(PipedrivePersonCodecTest, AFieldThatCannotBeWrittenIsAnsweredWithThoseThatCan) {
  EXPECT_THAT(Body({{"name", "x"}, {"first_name", "x"}}),
              HasSubstr("first_name cannot be written"));
  EXPECT_THAT(Body({{"name", "x"}, {"owner_id", "me"}}), HasSubstr("whole number, not 'me'"));
}

TEST(PipedrivePersonCodecTest, APersonHoldsAnyOfItsAddresses) {
  EXPECT_TRUE(PersonHolds(Person(), "email", "Home@Example.com"));
  EXPECT_FALSE(PersonHolds(Person(), "email", "other@example.com"));
  EXPECT_FALSE(PersonHolds(Person(), "phone", "123"));
  EXPECT_TRUE(PersonHolds(Person(), "name", "Person Name"));
  EXPECT_TRUE(PersonHolds(Person(), kHash, "12.5"));
}

TEST(PipedrivePersonCodecTest, ComparesAsPipedriveDoes) {
  EXPECT_TRUE(SamePersonValue("email", "A@x.test", "a@x.test"));
  EXPECT_TRUE(SamePersonValue("phone", nullptr, ""));
  EXPECT_TRUE(SamePersonValue("owner_id", "5", 5));
  EXPECT_TRUE(SamePersonValue(kHash, "5.0", 5));
  EXPECT_TRUE(SamePersonValue("label_ids", json::array({2, 1}), json::array({1, 2})));
  EXPECT_FALSE(SamePersonValue("phone", "0123", "123"));
  EXPECT_FALSE(SamePersonValue("name", "john", "John"));
}

}  // namespace
}  // namespace fluxcascade
