#include "controlplane/api/mapping_convert.h"

#include <string>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using google::protobuf::TextFormat;
using testing::AllOf;
using testing::HasSubstr;

constexpr char kEveryTransform[] = R"pb(
  fields {
    source_fields: "firstname"
    source_fields: "lastname"
    target_field: "name"
    transforms { join { separator: " " } }
    transforms { trim {} }
    transforms { lower_case {} }
    transforms { upper_case {} }
    transforms { default_value { value: "nobody" } }
    transforms { truncate { max_characters: 80 } }
  }
  fields { source_fields: "email" target_field: "email" }
)pb";

v1::Mapping Parse(const std::string& text) {
  v1::Mapping mapping;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &mapping));
  return mapping;
}

TEST(MappingConvertTest, FieldsAndTransformsComeBackAsTheyWereGiven) {
  const v1::Mapping given = Parse(kEveryTransform);
  store::v1::Mapping stored;
  FC_ASSERT_OK(ToStored(given.fields(), *stored.mutable_fields()));
  v1::Mapping back;
  *back.mutable_fields() = ToApi(stored).fields();
  EXPECT_EQ(back.DebugString(), given.DebugString());
}

TEST(MappingConvertTest, WhatWasStoredBeforeIsReplaced) {
  store::v1::Mapping stored;
  stored.add_fields()->set_target_field("former");
  FC_ASSERT_OK(ToStored(Parse(kEveryTransform).fields(), *stored.mutable_fields()));
  ASSERT_EQ(stored.fields_size(), 2);
  EXPECT_EQ(stored.fields(0).target_field(), "name");
}

TEST(MappingConvertTest, ATransformOfNoKindIsRefusedByItsPlace) {
  store::v1::Mapping stored;
  EXPECT_THAT(
      ToStored(Parse(R"pb(fields {}
                          fields {
                            transforms { trim {} }
                            transforms {}
                          })pb")
                   .fields(),
               *stored.mutable_fields()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("mapping.fields[1].transforms[1]: is empty"),
                     HasSubstr("trim, lower_case, upper_case, join, default_value, truncate"))));
}

TEST(MappingConvertTest, AllElseIsShownAsItIsStored) {
  store::v1::Mapping stored;
  stored.set_name("workspaces/default/mappings/m");
  stored.set_display_name("people");
  stored.mutable_source()->set_connection("workspaces/default/connections/a");
  stored.mutable_source()->set_object_type("contact");
  stored.mutable_target()->set_connection("workspaces/default/connections/b");
  stored.mutable_target()->set_object_type("person");
  stored.set_match_field("email");
  stored.set_delete_policy(store::v1::Mapping::DELETE_POLICY_ARCHIVE);
  stored.set_realtime_enabled(true);
  stored.mutable_create_time()->set_seconds(1);
  stored.mutable_update_time()->set_seconds(2);
  stored.set_revision(3);
  stored.set_request_id("not shown");
  const v1::Mapping shown = ToApi(stored);
  EXPECT_EQ(shown.DebugString(),
            Parse(R"pb(
              name: "workspaces/default/mappings/m"
              display_name: "people"
              source { connection: "workspaces/default/connections/a" object_type: "contact" }
              target { connection: "workspaces/default/connections/b" object_type: "person" }
              match_field: "email"
              delete_policy: DELETE_POLICY_ARCHIVE
              realtime_enabled: true
              create_time { seconds: 1 }
              update_time { seconds: 2 }
              etag: "3"
            )pb")
                .DebugString());
}

}  // namespace
}  // namespace fluxcascade
