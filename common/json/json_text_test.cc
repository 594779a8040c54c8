#include "common/json/json_text.h"

#include <string>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

std::string Nested(int depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(JsonTextTest, KeepsAllBitsOfLargeIntegers) {
  const auto value = ParseJson(R"({"id":9223372036854775807,"big":18446744073709551615})");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(JsonText(*value), R"({"big":18446744073709551615,"id":9223372036854775807})");
}

TEST(JsonTextTest, SaysWhereItIsNotJson) {
  const auto value = ParseJson(R"({"a":1,})");
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(value.status().message()), HasSubstr("at byte 8"));
}

TEST(JsonTextTest, RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(ParseJson("\"\xff\"").ok());
  EXPECT_FALSE(ParseJson("").ok());
  EXPECT_FALSE(ParseJson("1e999").ok());
}

TEST(JsonTextTest, DepthIsLimited) {
  EXPECT_TRUE(ParseJson(Nested(kMaxJsonDepth)).ok());
  EXPECT_FALSE(ParseJson(Nested(kMaxJsonDepth + 1)).ok());
}

TEST(JsonTextTest, BracketsInStringsAreNotDepth) {
  EXPECT_TRUE(ParseJson("\"\\\"" + std::string(1000, '[') + "\"").ok());
}

TEST(JsonTextTest, WritesBytesThatAreNotUtf8AsReplacementCharacters) {
  EXPECT_EQ(JsonText(nlohmann::json(std::string("a\xff"))), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace fluxcascade
