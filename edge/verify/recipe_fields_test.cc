#include "edge/verify/recipe_fields.h"

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

TEST(RecipeFieldsTest, AnErrorGrowsThePathToItsField) {
  const absl::Status inner = FieldError("unit", "must be a unit");
  EXPECT_EQ(inner, absl::InvalidArgumentError("unit must be a unit"));
  EXPECT_EQ(InField("timestamp", inner),
            absl::InvalidArgumentError("timestamp.unit must be a unit"));
}

TEST(RecipeFieldsTest, AHeaderNameIsAToken) {
  EXPECT_TRUE(CheckHeaderName("header", "X-Signature-V3").ok());
  EXPECT_TRUE(CheckHeaderName("header", "!#$%&'*+-.^_`|~09azAZ").ok());
  for (const char* name : {"", " ", "x:", "x y", "x\r\ny", "x\t", "é", "(x)", "x/y"}) {
    EXPECT_FALSE(CheckHeaderName("header", name).ok()) << name;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
