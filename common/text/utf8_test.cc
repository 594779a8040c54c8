#include "common/text/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(Utf8PreviewTest, KeepsWhatIsText) {
  EXPECT_EQ(Utf8Preview("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80", 100),
            "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80");
  EXPECT_EQ(Utf8Preview("", 100), "");
}

TEST(Utf8PreviewTest, NeverCutsACharacter) {
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_EQ(Utf8Preview("a" + euro, 4), "a" + euro);
  EXPECT_EQ(Utf8Preview("a" + euro, 3), "a");
  EXPECT_EQ(Utf8Preview("abc", 2), "ab");
}

TEST(Utf8PreviewTest, ReplacesWhatIsNotText) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(Utf8Preview("a\xFF"
                        "b",
                        100),
            "a" + bad + "b");
  EXPECT_EQ(Utf8Preview("\xC0\xAF", 100), bad + bad);            // overlong
  EXPECT_EQ(Utf8Preview("\xED\xA0\x80", 100), bad + bad + bad);  // a surrogate
  EXPECT_EQ(Utf8Preview("\xE2\x82", 100), bad + bad);            // cut off
  EXPECT_EQ(Utf8Preview("\xF4\x90\x80\x80", 100), bad + bad + bad + bad);
}

}  // namespace
}  // namespace fluxcascade
