#include "controlplane/connectors/json_fields.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using nlohmann::json;

TEST(JsonFieldsTest, MissingAndForeignMembersAreEmpty) {
  const json object = {{"n", 1}, {"s", "x"}};
  EXPECT_EQ(StringMember(object, "n"), "");
  EXPECT_EQ(StringMember(object, "gone"), "");
  EXPECT_EQ(StringMember(json::array(), "s"), "");
  EXPECT_EQ(IntMember(object, "s"), std::nullopt);
  EXPECT_EQ(TimeMember(object, "s"), absl::InfinitePast());
}

TEST(JsonFieldsTest, IdsKeepAll64Bits) {
  EXPECT_EQ(IdText(json::parse("9223372036854775807")), "9223372036854775807");
  EXPECT_EQ(IdText(json::parse("18446744073709551615")), "18446744073709551615");
  EXPECT_EQ(IdText(json("8")), "8");
  EXPECT_EQ(IdText(json(0)), "");
  EXPECT_EQ(IdText(json::parse("-1")), "");
  EXPECT_EQ(IdText(json(1.5)), "");
}

TEST(JsonFieldsTest, ScalarsHaveATextForm) {
  EXPECT_EQ(ScalarText(json(nullptr)), "");
  EXPECT_EQ(ScalarText(json(true)), "true");
  EXPECT_EQ(ScalarText(json(12.5)), "12.5");
  EXPECT_EQ(ScalarText(json({"a", 2})), "a;2");
  EXPECT_EQ(ScalarText(json{{"value", 3}, {"currency", "EUR"}}), "3");
}

TEST(JsonFieldsTest, ReadsTimesWithMilliseconds) {
  EXPECT_EQ(TimeMember({{"t", "2019-10-30T03:30:17.883Z"}}, "t"),
            absl::FromUnixMillis(1572406217883));
}

}  // namespace
}  // namespace fluxcascade
