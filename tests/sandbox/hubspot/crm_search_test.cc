#include "tests/sandbox/hubspot/crm_search.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

CrmObject Object(int64_t id, CrmProperties properties) {
  CrmObject object;
  object.id = id;
  object.properties = std::move(properties);
  return object;
}

const std::vector<CrmObject>& Objects() {
  static const auto* const kObjects = new std::vector<CrmObject>{
      Object(1, {{"email", "ann@example.com"}, {"numemployees", "9"}}),
      Object(2, {{"email", "bob@example.com"}, {"numemployees", "10"}, {"city", "Oslo"}}),
      Object(3, {{"email", "cid@other.org"}, {"createdate", "2026-01-01T00:00:00.000Z"}}),
  };
  return *kObjects;
}

std::vector<int64_t> Find(const json& request) {
  const auto found = SearchObjects(request, Objects());
  EXPECT_THAT(found, IsOk());
  std::vector<int64_t> ids;
  for (const CrmObject& object : *found) ids.push_back(object.id);
  return ids;
}

std::vector<int64_t> Filter(json filter) {
  return Find({{"filterGroups", json::array({{{"filters", json::array({filter})}}})}});
}

TEST(CrmSearchTest, AppliesEachOperator) {
  EXPECT_THAT(Filter({{"propertyName", "email"}, {"operator", "EQ"}, {"value", "ANN@example.com"}}),
              ElementsAre(1));
  EXPECT_THAT(Filter({{"propertyName", "city"}, {"operator", "NEQ"}, {"value", "Oslo"}}),
              ElementsAre(1, 3));
  EXPECT_THAT(Filter({{"propertyName", "numemployees"}, {"operator", "GT"}, {"value", "9"}}),
              ElementsAre(2))
      << "as numbers, not as text";
  EXPECT_THAT(Filter({{"propertyName", "numemployees"}, {"operator", "GTE"}, {"value", "9"}}),
              ElementsAre(1, 2));
  EXPECT_THAT(Filter({{"propertyName", "numemployees"}, {"operator", "LT"}, {"value", "10"}}),
              ElementsAre(1));
  EXPECT_THAT(Filter({{"propertyName", "numemployees"}, {"operator", "LTE"}, {"value", "10"}}),
              ElementsAre(1, 2));
  EXPECT_THAT(Filter({{"propertyName", "numemployees"},
                      {"operator", "BETWEEN"},
                      {"value", "9.5"},
                      {"highValue", "11"}}),
              ElementsAre(2));
  EXPECT_THAT(
      Filter({{"propertyName", "createdate"}, {"operator", "GTE"}, {"value", "1767225600000"}}),
      ElementsAre(3));
  EXPECT_THAT(Filter({{"propertyName", "city"}, {"operator", "HAS_PROPERTY"}}), ElementsAre(2));
  EXPECT_THAT(Filter({{"propertyName", "city"}, {"operator", "NOT_HAS_PROPERTY"}}),
              ElementsAre(1, 3));
  EXPECT_THAT(Filter({{"propertyName", "city"}, {"operator", "IN"}, {"values", {"Oslo", "Rome"}}}),
              ElementsAre(2));
  EXPECT_THAT(Filter({{"propertyName", "city"}, {"operator", "NOT_IN"}, {"values", {"Oslo"}}}),
              IsEmpty());
  EXPECT_THAT(
      Filter({{"propertyName", "email"}, {"operator", "CONTAINS_TOKEN"}, {"value", "*example"}}),
      ElementsAre(1, 2));
  EXPECT_THAT(
      Filter({{"propertyName", "email"}, {"operator", "NOT_CONTAINS_TOKEN"}, {"value", "example"}}),
      ElementsAre(3));
}

TEST(CrmSearchTest, RefusesAnOperatorThatDoesNotExist) {
  EXPECT_THAT(SearchObjects({{"filterGroups",
                              json::array({{{"filters", json::array({{{"operator", "LIKE"}}})}}})}},
                            Objects()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CrmSearchTest, GroupsAreAlternatives) {
  const json ann = {{"propertyName", "email"}, {"operator", "EQ"}, {"value", "ann@example.com"}};
  const json oslo = {{"propertyName", "city"}, {"operator", "EQ"}, {"value", "Oslo"}};
  EXPECT_THAT(Find({{"filterGroups", json::array({{{"filters", json::array({ann})}},
                                                  {{"filters", json::array({oslo})}}})}}),
              ElementsAre(1, 2));
  EXPECT_THAT(Find({{"filterGroups", json::array({{{"filters", json::array({ann, oslo})}}})}}),
              IsEmpty());
}

TEST(CrmSearchTest, SortsAndQueries) {
  EXPECT_THAT(
      Find({{"query", "EXAMPLE"},
            {"sorts",
             json::array({{{"propertyName", "numemployees"}, {"direction", "DESCENDING"}}})}}),
      ElementsAre(2, 1));
}

}  // namespace
}  // namespace fluxcascade::sandbox
