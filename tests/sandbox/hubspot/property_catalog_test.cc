#include "tests/sandbox/hubspot/property_catalog.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class PropertyCatalogTest : public testing::Test {
 protected:
  absl::StatusOr<CrmProperties> Check(const CrmProperties& wanted) {
    return catalog_.Check(contact_, wanted);
  }
  void ExpectRefused(const std::string& name, const std::string& value, const std::string& code) {
    EXPECT_THAT(Check({{name, value}}), StatusIs(absl::StatusCode::kInvalidArgument,
                                                 AllOf(HasSubstr(code), HasSubstr(name))));
  }

  const CrmType& contact_ = *FindCrmType("contact");
  PropertyCatalog catalog_;
};

TEST_F(PropertyCatalogTest, StoresEmailAddressesInLowerCaseAndTrimmed) {
  EXPECT_THAT(Check({{"email", " Ann@Example.COM "}}),
              IsOkAndHolds(ElementsAre(Pair("email", "ann@example.com"))));
}

TEST_F(PropertyCatalogTest, RefusesWhatAPropertyDoesNotTake) {
  ExpectRefused("shoesize", "44", "PROPERTY_DOESNT_EXIST");
  ExpectRefused("email", "nobody", "INVALID_EMAIL");
  ExpectRefused("numemployees", "many", "INVALID_INTEGER");
  ExpectRefused("lifecyclestage", "friend", "INVALID_OPTION");
  ExpectRefused("hs_object_id", "1", "READ_ONLY_VALUE");
}

TEST_F(PropertyCatalogTest, AnEmptyValueClearsAnyPropertyThatCanBeSet) {
  EXPECT_THAT(Check({{"email", ""}, {"numemployees", ""}, {"lifecyclestage", ""}}), IsOk());
  ExpectRefused("createdate", "", "READ_ONLY_VALUE");
}

TEST_F(PropertyCatalogTest, NamesEveryRefusedPropertyAtOnce) {
  EXPECT_THAT(Check({{"one", "1"}, {"two", "2"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\\\"one\\\""), HasSubstr("\\\"two\\\""))));
}

TEST_F(PropertyCatalogTest, TakesAPropertyOfTheUsersOwn) {
  FC_ASSERT_OK(catalog_.Add(contact_, {"shoesize", "Shoe size", "number", "number"}));
  EXPECT_THAT(Check({{"shoesize", "44"}}), IsOk());
  EXPECT_THAT(catalog_.Add(contact_, {"shoesize"}), StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace fluxcascade::sandbox
