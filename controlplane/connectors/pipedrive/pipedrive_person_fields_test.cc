#include "controlplane/connectors/pipedrive/pipedrive_person_fields.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

const json& Fields() {
  static const auto* const kFields = new json(json::parse(R"([
    {"key":"name","field_type":"varchar","edit_flag":false,"mandatory_flag":true},
    {"key":"email","field_type":"varchar"},
    {"key":"first_name","field_type":"varchar"},
    {"key":"add_time","field_type":"date"},
    {"key":"0123456789abcdef0123456789abcdef01234567","field_type":"double","edit_flag":true},
    {"key":"89abcdef0123456789abcdef0123456789abcdef","field_type":"monetary","edit_flag":true},
    {"field_type":"varchar"}])"));
  return *kFields;
}

TEST(PipedrivePersonFieldsTest, OnlyWhatTheApiTakesIsWritable) {
  const ObjectTypeInfo info = ParsePersonFields(Fields());
  std::string writable;
  for (const FieldInfo& field : info.fields) writable += field.writable ? '1' : '0';
  EXPECT_EQ(writable, "110010");
  EXPECT_TRUE(info.fields[0].required);
  EXPECT_FALSE(info.fields[1].required);
  EXPECT_EQ(info.fields[4].type, "number");
}

TEST(PipedrivePersonFieldsTest, OnlyWhatTheSearchKnowsCanBeMatchedBy) {
  const ObjectTypeInfo info = ParsePersonFields(json::parse(R"([
    {"key":"name","field_type":"varchar"},
    {"key":"email","field_type":"varchar"},
    {"key":"phone","field_type":"phone"},
    {"key":"org_id","field_type":"org"},
    {"key":"owner_id","field_type":"user"},
    {"key":"label_ids","field_type":"set"},
    {"key":"0123456789abcdef0123456789abcdef01234567","field_type":"varchar"},
    {"key":"89abcdef0123456789abcdef0123456789abcdef","field_type":"enum"}])"));
  std::string findable;
  for (const FieldInfo& field : info.fields) findable += field.findable ? '1' : '0';
  EXPECT_EQ(findable, "11100010");
}

TEST(PipedrivePersonFieldsTest, PersonsHaveNoArchive) {
  EXPECT_THAT(ParsePersonFields(Fields()).delete_modes, ElementsAre(DeleteMode::kDelete));
}

TEST(PipedrivePersonFieldsTest, OnlyCustomFieldsHaveTypesToConvertTo) {
  const PipedriveFieldTypes types = ParsePersonFieldTypes(Fields());
  EXPECT_EQ(types.size(), 2u);
  EXPECT_EQ(types.at("0123456789abcdef0123456789abcdef01234567"), "double");
}

}  // namespace
}  // namespace fluxcascade
