#include "tests/sandbox/pipedrive/field_catalog.h"

#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class FieldCatalogTest : public testing::Test {
 protected:
  void ExpectRefused(const json& body, const std::string& field, bool creating = false) {
    EXPECT_THAT(catalog_.Check(person_, body, creating),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("'" + field + "'")))
        << body;
  }

  const EntityKind& person_ = *FindEntityKind("persons");
  FakeRandom random_;
  FieldCatalog catalog_;
};

TEST_F(FieldCatalogTest, TakesAPersonAsTheClientWritesOne) {
  FC_EXPECT_OK(catalog_.Check(
      person_,
      {{"name", "Ann"},
       {"emails", {{{"value", "ann@example.com"}, {"primary", true}, {"label", "work"}}}},
       {"org_id", nullptr},
       {"label_ids", {1}},
       {"custom_fields", json::object()}},
      /*creating=*/true));
}

TEST_F(FieldCatalogTest, NamesTheFieldThatIsWrong) {
  ExpectRefused({{"emails", json::array()}}, "name", /*creating=*/true);
  ExpectRefused({{"name", ""}}, "name");
  ExpectRefused({{"name", nullptr}}, "name");
  ExpectRefused({{"shoesize", 44}}, "shoesize");
  ExpectRefused({{"id", 1}}, "id");
  ExpectRefused({{"org_id", "one"}}, "org_id");
  ExpectRefused({{"emails", "ann@example.com"}}, "emails");
  ExpectRefused({{"emails", json::array({"ann@example.com"})}}, "emails");
}

TEST_F(FieldCatalogTest, KnowsTheCompanysCustomFields) {
  ExpectRefused({{"custom_fields", {{"abc", "x"}}}}, "abc");
  const std::string key = catalog_.AddCustom(person_, "Shoe size", "double", random_);
  EXPECT_EQ(key.size(), 40);
  FC_EXPECT_OK(catalog_.Check(person_, {{"custom_fields", {{key, 44.5}}}}, false));
  ExpectRefused({{"custom_fields", {{key, "big"}}}}, key);
  EXPECT_EQ(catalog_.List(person_).back().name, "Shoe size");
}

}  // namespace
}  // namespace fluxcascade::sandbox
