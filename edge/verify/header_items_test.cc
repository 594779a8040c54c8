#include "edge/verify/header_items.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;

TEST(SplitItemsTest, WithoutASeparatorAValueIsOneItemAsItIs) {
  EXPECT_THAT(SplitItems("v1,a v1,b", ""), ElementsAre("v1,a v1,b"));
  EXPECT_THAT(SplitItems(" a ", ""), ElementsAre(" a "));
  EXPECT_THAT(SplitItems("", ""), ElementsAre(""));
}

TEST(SplitItemsTest, ASpaceSeparates) {
  EXPECT_THAT(SplitItems("v1,a v1a,b v2,c", " "), ElementsAre("v1,a", "v1a,b", "v2,c"));
  EXPECT_THAT(SplitItems("a  b", " "), ElementsAre("a", "", "b"));
}

TEST(SplitItemsTest, WhiteSpaceAroundAnItemIsNotPartOfIt) {
  EXPECT_THAT(SplitItems("t=1, v1=a\t,v1=b", ","), ElementsAre("t=1", "v1=a", "v1=b"));
}

TEST(SplitItemsTest, SeparatorsAloneAreEmptyItems) {
  EXPECT_THAT(SplitItems(",,", ","), ElementsAre("", "", ""));
  EXPECT_THAT(SplitItems("", ","), ElementsAre(""));
}

TEST(CheckSeparatorTest, TakesOneCharacterThatStandsInNoSignature) {
  for (const char* separator : {"", " ", ",", ";", "|", "&", ":", "."}) {
    EXPECT_TRUE(CheckSeparator("separator", separator).ok()) << separator;
  }
  for (const char* separator : {", ", "a", "Z", "0", "+", "/", "=", "\t", "\n", "\xc3"}) {
    EXPECT_EQ(CheckSeparator("separator", separator).message(),
              "separator must be empty, a space or one punctuation character, not of `+/=`")
        << separator;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
