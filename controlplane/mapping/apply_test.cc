#include "controlplane/mapping/apply.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;
using store::v1::Transform;
using ::testing::ElementsAre;
using ::testing::Pair;

Transform Make(Transform::Kind kind, const std::string& text = "", int count = 0) {
  Transform transform;
  transform.set_kind(kind);
  transform.set_text(text);
  transform.set_count(count);
  return transform;
}

const Transform kTrim = Make(Transform::KIND_TRIM);
const Transform kLower = Make(Transform::KIND_LOWER_CASE);
const Transform kUpper = Make(Transform::KIND_UPPER_CASE);
Transform Join(const std::string& separator) { return Make(Transform::KIND_JOIN, separator); }
Transform Default(const std::string& value) { return Make(Transform::KIND_DEFAULT_VALUE, value); }
Transform Cut(int count) { return Make(Transform::KIND_TRUNCATE, "", count); }

// What a field mapped from `a` (and `b`, …) becomes.
json Map(const std::vector<json>& values, const std::vector<Transform>& transforms) {
  store::v1::Mapping mapping;
  store::v1::FieldMapping& field = *mapping.add_fields();
  field.set_target_field("target");
  FieldMap source;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    field.add_source_fields(name);
    source[name] = values[i];
  }
  for (const Transform& transform : transforms) *field.add_transforms() = transform;
  return ApplyMapping(mapping, source).at("target");
}

TEST(ApplyMappingTest, Table) {
  const struct {
    const char* what;
    std::vector<json> values;
    std::vector<Transform> transforms;
    json wanted;
  } kCases[] = {
      {"a value is copied", {"John"}, {}, "John"},
      {"numbers stay numbers", {42}, {}, 42},
      {"booleans stay booleans", {true}, {kUpper}, true},
      {"null clears", {nullptr}, {}, nullptr},
      {"empty text clears", {""}, {}, nullptr},
      {"an empty array clears", {json::array()}, {}, nullptr},
      {"trim", {"  John "}, {kTrim}, "John"},
      {"what is all white space clears", {"  "}, {kTrim}, nullptr},
      {"lower case", {"JOHN@Example.COM"}, {kLower}, "john@example.com"},
      {"upper case beyond ASCII", {"zoë"}, {kUpper}, "ZOË"},
      {"transforms run in order", {" JOHN "}, {kTrim, kLower, Cut(2)}, "jo"},
      {"truncate at the limit", {"zoë"}, {Cut(3)}, "zoë"},
      {"truncate one beyond", {"zoë!"}, {Cut(3)}, "zoë"},
      {"truncate counts an emoji as one", {"😀😀"}, {Cut(1)}, "😀"},
      {"numbers are not truncated", {12345}, {Cut(2)}, 12345},
      {"default for null", {nullptr}, {Default("none")}, "none"},
      {"default for empty text", {""}, {Default("none")}, "none"},
      {"default for trimmed to nothing", {" "}, {kTrim, Default("none")}, "none"},
      {"no default for false", {false}, {Default("none")}, false},
      {"no default for 0", {0}, {Default("none")}, 0},
      {"join", {"John", "Doe"}, {Join(" ")}, "John Doe"},
      {"join leaves out what is empty", {"", nullptr, "Doe"}, {Join(" ")}, "Doe"},
      {"join of nothing clears", {"", nullptr}, {Join(" ")}, nullptr},
      {"join of nothing takes a default", {"", nullptr}, {Join(" "), Default("?")}, "?"},
      {"join takes numbers and arrays", {1, json::array({"x", "y"})}, {Join("-")}, "1-x-y"},
      {"join of a single field's array", {json::array({"x", "y"})}, {Join(";")}, "x;y"},
      {"text in arrays is changed too",
       {json::array({" X", 1})},
       {kTrim, kLower},
       json::array({"x", 1})},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Map(test.values, test.transforms), test.wanted) << test.what;
  }
}

TEST(ApplyMappingTest, AFieldThatTheSourceDoesNotHaveIsNull) {
  store::v1::Mapping mapping;
  mapping.add_fields()->set_target_field("phone");
  mapping.mutable_fields(0)->add_source_fields("mobile");
  EXPECT_THAT(ApplyMapping(mapping, {{"email", "a@x.test"}}), ElementsAre(Pair("phone", json())));
}

TEST(DifferenceTest, HasWhatTheTargetDoesNotHoldByItsOwnReading) {
  const auto same = [](absl::string_view field, const json& wanted, const json& current) {
    return field == "rounded" || wanted == current;
  };
  EXPECT_THAT(Difference({{"a", 1}, {"b", 2}, {"c", nullptr}, {"d", 3}, {"rounded", 1.5}},
                         {{"a", 1}, {"b", 9}, {"rounded", 2}, {"extra", 7}}, same),
              ElementsAre(Pair("b", json(2)), Pair("d", json(3))));
}

TEST(MatchValueTest, IsCanonical) {
  EXPECT_EQ(MatchValue({{"email", " John@Example.COM\u00a0"}}, "email"), "john@example.com");
  EXPECT_EQ(MatchValue({{"number", 7}}, "number"), "7");
}

TEST(MatchValueTest, IsEmptyWhereThereIsNothingToMatchBy) {
  EXPECT_EQ(MatchValue({{"email", nullptr}}, "email"), "");
  EXPECT_EQ(MatchValue({{"email", "  "}}, "email"), "");
  EXPECT_EQ(MatchValue({{"email", "a@x.test"}}, ""), "");
}

TEST(WrittenHashTest, DependsOnNamesAndValues) {
  const FieldMap fields = {{"a", "1"}, {"b", nullptr}};
  EXPECT_EQ(WrittenHash(fields).size(), 32u);
  EXPECT_EQ(WrittenHash(fields), WrittenHash({{"b", nullptr}, {"a", "1"}}));
  EXPECT_NE(WrittenHash(fields), WrittenHash({{"a", 1}, {"b", nullptr}}));
  EXPECT_NE(WrittenHash(fields), WrittenHash({{"a", "1"}}));
  EXPECT_NE(WrittenHash({{"a", "b\",\"c"}}), WrittenHash({{"a", "b"}, {"c", ""}}));
}

}  // namespace
}  // namespace fluxcascade
