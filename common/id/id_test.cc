#include "common/id/id.h"

#include <cstring>
#include <string>

#include "absl/time/time.h"
#include "common/random/fake_random.h"
#include "common/random/random.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

class ConstantRandom final : public Random {
 public:
  explicit ConstantRandom(int byte) : byte_(byte) {}
  void Fill(void* data, size_t size) override { std::memset(data, byte_, size); }

 private:
  int byte_;
};

TEST(NewSortableIdTest, IsAUlidInLowerCase) {
  ConstantRandom ones(0xff);
  // The time of the example in https://github.com/ulid/javascript: 01ARYZ6S41TSV4RRFFQ69G5FAV.
  EXPECT_EQ(NewSortableId(absl::FromUnixMillis(1469918176385), ones), "01aryz6s41zzzzzzzzzzzzzzzz");
}

TEST(NewSortableIdTest, SortsByTime) {
  ConstantRandom ones(0xff);
  ConstantRandom zeros(0);
  const absl::Time now = absl::FromUnixMillis(1767225600123);
  EXPECT_LT(NewSortableId(now, ones), NewSortableId(now + absl::Milliseconds(1), zeros));
}

TEST(NewSortableIdTest, TwoOfOneMillisecondDiffer) {
  FakeRandom random;
  const absl::Time now = absl::FromUnixMillis(1767225600123);
  EXPECT_NE(NewSortableId(now, random), NewSortableId(now, random));
}

TEST(NewSortableIdTest, KeepsToItsShapeAtTheEndsOfTime) {
  ConstantRandom zeros(0);
  EXPECT_EQ(NewSortableId(absl::InfinitePast(), zeros), std::string(26, '0'));
  EXPECT_EQ(NewSortableId(absl::InfiniteFuture(), zeros), "7zzzzzzzzz0000000000000000");
}

TEST(NewSortableIdTest, IsAResourceId) {
  FakeRandom random;
  EXPECT_TRUE(IsResourceId(NewSortableId(absl::FromUnixSeconds(0), random)));
}

TEST(IsResourceIdTest, TakesLettersDigitsAndInnerHyphens) {
  EXPECT_TRUE(IsResourceId("a"));
  EXPECT_TRUE(IsResourceId("7"));
  EXPECT_TRUE(IsResourceId("crm-2--eu"));
  EXPECT_TRUE(IsResourceId(std::string(63, 'a')));
}

TEST(IsResourceIdTest, RefusesAllElse) {
  EXPECT_FALSE(IsResourceId(""));
  EXPECT_FALSE(IsResourceId(std::string(64, 'a')));
  for (const char* id : {"-a", "a-", "-", "A", "a_b", "a.b", "a/b", "a b", "\xc3\xa9"}) {
    EXPECT_FALSE(IsResourceId(id)) << id;
  }
  EXPECT_FALSE(IsResourceId(std::string("a\0b", 3)));
}

TEST(IsDnsNameTest, TakesLabelsWithDots) {
  const std::string label(62, 'a');
  const std::string longest = label + "a." + label + "a." + label + "." + label;
  ASSERT_EQ(longest.size(), 253);
  for (const std::string& name :
       {std::string("edge"), std::string("edge-1.example.com"), std::string("1.2"), longest}) {
    EXPECT_TRUE(IsDnsName(name)) << name;
  }
  EXPECT_FALSE(IsDnsName(longest + "a"));
  EXPECT_FALSE(IsDnsName(std::string(64, 'a') + ".b"));
}

TEST(IsDnsNameTest, RefusesAllElse) {
  for (const char* name : {"", ".", ".a", "a.", "a..b", "A.b", "a.-b", "*.a", "a_b.c", "a/b"}) {
    EXPECT_FALSE(IsDnsName(name)) << name;
  }
}

TEST(NewTokenTest, IsBase64UrlWithoutPadding) {
  ConstantRandom ones(0xff);
  EXPECT_EQ(NewToken(16, ones), "_____________________w");
  FakeRandom random;
  EXPECT_NE(NewToken(16, random), NewToken(16, random));
}

}  // namespace
}  // namespace fluxcascade
