#include "controlplane/store/rocks/key_codec.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using std::string_literals::operator""s;

std::string StringKey(absl::string_view value) { return KeyWriter().String(value).Take(); }

// In rising order.
const std::vector<std::string>& SortedStrings() {
  static const auto& strings = *new std::vector<std::string>{
      ""s,     "\0"s,    "\0\0"s, "\0\x01"s, "\0\xff"s, "\x01"s, "a"s,      "a\0"s,
      "a\0b"s, "a\x01"s, "aa"s,   "ab"s,     "b"s,      "\xff"s, "\xff\0"s, "\xff\xff"s};
  return strings;
}

TEST(KeyCodecTest, StringsSortAsTheirKeysDo) {
  std::vector<std::string> keys;
  for (const std::string& value : SortedStrings()) keys.push_back(StringKey(value));
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
}

TEST(KeyCodecTest, AStringSortsBeforeWhatFollowsItIsLookedAt) {
  // ("a", "z") < ("aa", "") although "az" > "aa".
  EXPECT_LT(KeyWriter().String("a").String("z").Take(), KeyWriter().String("aa").String("").Take());
}

TEST(KeyCodecTest, NoStringsKeyBeginsWithAnothers) {
  for (const std::string& a : SortedStrings()) {
    for (const std::string& b : SortedStrings()) {
      if (a != b) {
        EXPECT_NE(StringKey(a).rfind(StringKey(b), 0), 0u);
      }
    }
  }
}

TEST(KeyCodecTest, StringsComeBackAsTheyWere) {
  for (const std::string& value : SortedStrings()) {
    const std::string key = StringKey(value) + "rest";
    KeyReader reader(key);
    std::string back;
    ASSERT_TRUE(reader.String(&back));
    EXPECT_EQ(back, value);
    EXPECT_EQ(reader.rest(), "rest");
  }
}

TEST(KeyCodecTest, AStringWithoutAnEndOrWithABadEscapeIsRefused) {
  for (const std::string& key : {""s, "abc"s, "abc\0"s, "abc\0\x02"s, "\0\xff"s}) {
    KeyReader reader(key);
    std::string value = "unchanged";
    EXPECT_FALSE(reader.String(&value));
    EXPECT_EQ(value, "unchanged");
    EXPECT_EQ(reader.rest(), key);
  }
}

TEST(KeyCodecTest, NumbersSortAndComeBack) {
  const std::vector<uint64_t> values = {
      0, 1, 255, 256, 1u << 31, uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()};
  std::string before;
  for (const uint64_t value : values) {
    const std::string key = KeyWriter().Uint64(value).Take();
    EXPECT_LT(before, key);
    before = key;
    KeyReader reader(key);
    uint64_t back;
    ASSERT_TRUE(reader.Uint64(&back));
    EXPECT_EQ(back, value);
  }
  KeyReader seven_bytes("1234567");
  uint64_t value;
  EXPECT_FALSE(seven_bytes.Uint64(&value));
}

TEST(KeyCodecTest, TimesSortAndComeBackToTheMicrosecond) {
  const std::vector<absl::Time> times = {
      absl::FromUnixSeconds(-5), absl::UnixEpoch() - absl::Microseconds(1), absl::UnixEpoch(),
      absl::FromUnixMicros(1767225600000001), absl::FromUnixSeconds(4102444800)};
  std::string before;
  for (const absl::Time time : times) {
    const std::string key = KeyWriter().Time(time).Take();
    EXPECT_LT(before, key);
    before = key;
    KeyReader reader(key);
    absl::Time back;
    ASSERT_TRUE(reader.Time(&back));
    EXPECT_EQ(back, time);
  }
  EXPECT_LT(before, KeyWriter().Time(absl::InfiniteFuture()).Take());
  EXPECT_GT(KeyWriter().Time(absl::FromUnixSeconds(-99)).Take(),
            KeyWriter().Time(absl::InfinitePast()).Take());
}

TEST(KeyCodecTest, AStringPrefixBeginsAllStringsThatBeginWithIt) {
  const std::string prefix = KeyWriter().StringPrefix("workspaces/default/").Take();
  EXPECT_EQ(StringKey("workspaces/default/apps/a").rfind(prefix, 0), 0u);
  EXPECT_NE(StringKey("workspaces/default2/apps/a").rfind(prefix, 0), 0u);
}

TEST(KeyCodecTest, ThePrefixEndIsAboveAllThatBeginWithThePrefix) {
  EXPECT_EQ(PrefixEnd("abc"), "abd");
  EXPECT_EQ(PrefixEnd("a\xff\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
  EXPECT_GT(PrefixEnd("abc"), std::string("abc\xff\xff\xff\xff"));
}

}  // namespace
}  // namespace fluxcascade
