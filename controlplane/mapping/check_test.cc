#include "controlplane/mapping/check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Mapping;
using store::v1::Transform;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CheckMappingTest : public ::testing::Test {
 protected:
  CheckMappingTest() {
    contact_.name = "contact";
    for (const char* name : {"email", "firstname", "lastname", "phone"}) {
      contact_.fields.push_back({.name = name, .type = "string"});
    }
    person_.name = "person";
    person_.fields = {{.name = "name", .type = "string", .required = true},
                      {.name = "email", .type = "string"},
                      {.name = "phone", .type = "string"},
                      {.name = "add_time", .type = "date", .writable = false}};
    person_.delete_modes = {DeleteMode::kDelete};
    const bool parsed = google::protobuf::TextFormat::ParseFromString(
        R"pb(
          fields {
            source_fields: "firstname"
            source_fields: "lastname"
            target_field: "name"
            transforms { kind: KIND_JOIN text: " " }
          }
          fields { source_fields: "email" target_field: "email" }
          match_field: "email"
          delete_policy: DELETE_POLICY_DELETE
        )pb",
        &mapping_);
    EXPECT_TRUE(parsed);
  }

  absl::Status Check() { return CheckMapping(mapping_, contact_, person_); }

  void ExpectRefused(const std::string& message) {
    EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }

  Transform& AddTransform(Transform::Kind kind) {
    Transform& transform = *mapping_.mutable_fields(1)->add_transforms();
    transform.set_kind(kind);
    return transform;
  }

  ObjectTypeInfo contact_;
  ObjectTypeInfo person_;
  Mapping mapping_;
};

TEST_F(CheckMappingTest, AGoodMappingPasses) { FC_EXPECT_OK(Check()); }

TEST_F(CheckMappingTest, AnUnknownSourceFieldIsAnsweredWithTheLikeliestFirst) {
  mapping_.mutable_fields(0)->set_source_fields(1, "lastnam");
  ExpectRefused(
      "mapping.fields[0].source_fields[1]: contact has no field 'lastnam'; it has: lastname, ");
}

TEST_F(CheckMappingTest, OfManyFieldsOnlySomeAreNamed) {
  for (int i = 0; i < 100; ++i)
    contact_.fields.push_back({.name = absl::StrCat("custom_", i), .type = "string"});
  mapping_.mutable_fields(1)->set_source_fields(0, "e-mail");
  ExpectRefused("it has: email, ");
  ExpectRefused(" and 84 more");
}

TEST_F(CheckMappingTest, AnUnknownTargetFieldIsRefused) {
  mapping_.mutable_fields(1)->set_target_field("e_mail");
  ExpectRefused(
      "mapping.fields[1].target_field: person has no field 'e_mail'; those that can be "
      "written are: email, ");
}

TEST_F(CheckMappingTest, ATargetFieldThatCannotBeWrittenIsRefused) {
  mapping_.mutable_fields(1)->set_target_field("add_time");
  ExpectRefused("person's field 'add_time' cannot be written");
}

TEST_F(CheckMappingTest, FieldsOfASystemThatDoesNotTellThemAreTakenAsTheyAre) {
  contact_.fields.clear();
  person_.fields.clear();
  mapping_.mutable_fields(1)->set_source_fields(0, "anything");
  FC_EXPECT_OK(Check());
}

TEST_F(CheckMappingTest, ATargetFieldTwiceIsRefused) {
  mapping_.mutable_fields(1)->set_target_field("name");
  ExpectRefused("mapping.fields[1].target_field: 'name' is mapped twice");
}

TEST_F(CheckMappingTest, SeveralSourceFieldsNeedAJoinAsTheFirstTransform) {
  mapping_.mutable_fields(0)->mutable_transforms(0)->set_kind(Transform::KIND_TRIM);
  ExpectRefused("mapping.fields[0].transforms: the first one must be a join");
  mapping_.mutable_fields(0)->clear_transforms();
  ExpectRefused("mapping.fields[0].transforms: the first one must be a join");
}

TEST_F(CheckMappingTest, AJoinLaterIsRefused) {
  AddTransform(Transform::KIND_TRIM);
  AddTransform(Transform::KIND_JOIN);
  ExpectRefused("mapping.fields[1].transforms[1]: a join is allowed only as the first");
}

TEST_F(CheckMappingTest, ARequiredFieldMustBeMapped) {
  mapping_.mutable_fields(0)->set_target_field("phone");
  ExpectRefused("mapping.fields: 'name' is not mapped; no person can be created without it");
}

TEST_F(CheckMappingTest, TheMatchFieldMustBeMapped) {
  mapping_.set_match_field("phone");
  ExpectRefused(
      "mapping.match_field: 'phone' is not a mapped target field; those are: email, name");
  mapping_.clear_match_field();
  FC_EXPECT_OK(Check());
}

TEST_F(CheckMappingTest, ADeletePolicyThatTheTargetCannotCarryOutIsAnsweredWithTheList) {
  mapping_.set_delete_policy(Mapping::DELETE_POLICY_ARCHIVE);
  ExpectRefused(
      "mapping.delete_policy: DELETE_POLICY_ARCHIVE cannot be carried out on a person; "
      "allowed are: DELETE_POLICY_KEEP, DELETE_POLICY_DELETE");
  mapping_.clear_delete_policy();
  ExpectRefused("mapping.delete_policy: is missing");
  mapping_.set_delete_policy(Mapping::DELETE_POLICY_KEEP);
  FC_EXPECT_OK(Check());
}

TEST_F(CheckMappingTest, TruncationHasItsLimits) {
  Transform& truncate = AddTransform(Transform::KIND_TRUNCATE);
  for (const int count : {1, kMaxTruncate}) {
    truncate.set_count(count);
    FC_EXPECT_OK(Check());
  }
  for (const int count : {0, -1, kMaxTruncate + 1}) {
    truncate.set_count(count);
    ExpectRefused("mapping.fields[1].transforms[0].truncate.max_characters: is ");
  }
}

TEST_F(CheckMappingTest, AnEmptyTransformIsRefused) {
  AddTransform(Transform::KIND_UNSPECIFIED);
  ExpectRefused("give one of trim, lower_case");
}

TEST_F(CheckMappingTest, AMatchFieldThatTheTargetCannotFindByIsRefused) {
  person_.fields.push_back({.name = "org_id", .type = "number", .findable = false});
  store::v1::FieldMapping& field = *mapping_.add_fields();
  field.add_source_fields("phone");
  field.set_target_field("org_id");
  FC_EXPECT_OK(Check());
  mapping_.set_match_field("org_id");
  ExpectRefused(
      "mapping.match_field: person records cannot be found by 'org_id'; those that can be matched "
      "on "
      "are: email, name, phone");
}

TEST_F(CheckMappingTest, TheTextOfATransformHasItsLimit) {
  Transform& transform = AddTransform(Transform::KIND_DEFAULT_VALUE);
  transform.set_text(std::string(1000, 'x'));
  FC_EXPECT_OK(Check());
  transform.set_text(std::string(1001, 'x'));
  ExpectRefused("at most 1000 are allowed");
}

TEST_F(CheckMappingTest, TransformsHaveTheirLimit) {
  for (int i = 0; i < kMaxTransforms; ++i) AddTransform(Transform::KIND_TRIM);
  FC_EXPECT_OK(Check());
  AddTransform(Transform::KIND_TRIM);
  ExpectRefused("mapping.fields[1].transforms: has 11; at most 10 are allowed");
}

TEST_F(CheckMappingTest, SourceFieldsHaveTheirLimit) {
  for (int i = 2; i < kMaxSourceFields; ++i) {
    mapping_.mutable_fields(0)->add_source_fields("phone");
  }
  FC_EXPECT_OK(Check());
  mapping_.mutable_fields(0)->add_source_fields("phone");
  ExpectRefused("mapping.fields[0].source_fields: has 11 fields; 1 to 10 are allowed");
  mapping_.mutable_fields(0)->clear_source_fields();
  ExpectRefused("has 0 fields");
}

TEST_F(CheckMappingTest, FieldsHaveTheirLimit) {
  while (mapping_.fields_size() < kMaxFieldMappings) {
    store::v1::FieldMapping& field = *mapping_.add_fields();
    field.add_source_fields("phone");
    field.set_target_field(absl::StrCat("custom_", mapping_.fields_size()));
    person_.fields.push_back({.name = field.target_field(), .type = "string"});
  }
  FC_EXPECT_OK(Check());
  *mapping_.add_fields() = mapping_.fields(1);
  ExpectRefused("mapping.fields: has 201 fields; 1 to 200 are allowed");
  mapping_.clear_fields();
  ExpectRefused("mapping.fields: has 0 fields");
}

TEST_F(CheckMappingTest, TellsWhichFieldsItTouches) {
  EXPECT_THAT(SourceFields(mapping_), ElementsAre("email", "firstname", "lastname"));
  EXPECT_THAT(TargetFields(mapping_), ElementsAre("email", "name"));
}

}  // namespace
}  // namespace fluxcascade
