#include "controlplane/mapping/text_transforms.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(TextTransformsTest, TrimsAllKindsOfWhiteSpaceAndOnlyAtTheEnds) {
  EXPECT_EQ(TrimWhiteSpace(" \t\u00a0a b\u3000\n"), "a b");
  EXPECT_EQ(TrimWhiteSpace(" \u2003 "), "");
  EXPECT_EQ(TrimWhiteSpace(""), "");
  EXPECT_EQ(TrimWhiteSpace("é"), "é");
}

TEST(TextTransformsTest, ChangesCaseBeyondAscii) {
  EXPECT_EQ(ToLowerCase("ÄÖÜ ΑΒΓ ЖЩ İX"), "äöü αβγ жщ ix");
  EXPECT_EQ(ToUpperCase("zoë ñ 𐐨"), "ZOË Ñ 𐐀");
  EXPECT_EQ(ToUpperCase("straße"), "STRAßE");
}

TEST(TextTransformsTest, TruncatesByCharactersNotBytes) {
  EXPECT_EQ(Truncate("zoë😀x", 3), "zoë");
  EXPECT_EQ(Truncate("zoë😀x", 4), "zoë😀");
  EXPECT_EQ(Truncate("zoë", 3), "zoë");
  EXPECT_EQ(Truncate("zoë", 4), "zoë");
  EXPECT_EQ(Truncate("", 1), "");
}

TEST(TextTransformsTest, BytesThatAreNotUtf8StayAsTheyAre) {
  EXPECT_EQ(ToLowerCase("A\xff\xc3"), "a\xff\xc3");
  EXPECT_EQ(Truncate("\xff\xff\xff", 2), "\xff\xff");
  EXPECT_EQ(TrimWhiteSpace(" \xe2\x80 "), "\xe2\x80");
}

}  // namespace
}  // namespace fluxcascade
