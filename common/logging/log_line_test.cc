#include "common/logging/log_line.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

const absl::Time kTime = absl::FromUnixMillis(1767225600042);

std::string Line(absl::string_view message, const std::vector<LogField>& fields = {}) {
  return FormatLogLine(kTime, LogLevel::kInfo, message, fields);
}

// What stands in a line after the message.
std::string Fields(const std::vector<LogField>& fields) {
  return Line("m", fields).substr(Line("m").size() - 1);
}

TEST(FormatLogLineTest, HasTimeLevelAndMessage) {
  EXPECT_EQ(FormatLogLine(kTime, LogLevel::kWarning, "slow disk", {}),
            R"({"time":"2026-01-01T00:00:00.042Z","level":"warning","message":"slow disk"})");
}

TEST(FormatLogLineTest, WritesEveryKindOfField) {
  EXPECT_EQ(Fields({{"delivery", "d1"}, {"empty", std::string()}}),
            R"(,"delivery":"d1","empty":""})");
  EXPECT_EQ(Fields({{"error", absl::AbortedError("busy")}}), R"(,"error":"ABORTED: busy"})");
  EXPECT_EQ(Fields({{"a", -1}, {"b", 2u}, {"c", int64_t{-3}}, {"d", uint64_t{1} << 63}}),
            R"(,"a":-1,"b":2,"c":-3,"d":9223372036854775808})");
  EXPECT_EQ(Fields({{"yes", true}, {"no", false}}), R"(,"yes":true,"no":false})");
  EXPECT_EQ(Fields({{"took", absl::Milliseconds(1500)}, {"left", absl::InfiniteDuration()}}),
            R"(,"took":1.5,"left":"inf"})");
}

TEST(FormatLogLineTest, ALineStaysOneLineOfJson) {
  EXPECT_EQ(Fields({{"text", "a\"b\\c\nd\x01"}}), R"(,"text":"a\"b\\c\nd\u0001"})");
  EXPECT_EQ(Fields({{"quoted \"name\"", "x"}}), R"(,"quoted \"name\"":"x"})");
}

TEST(FormatLogLineTest, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(Fields({{"text",
                     "a\xff"
                     "b \xc3\xa9"}}),
            ",\"text\":\"a\xef\xbf\xbd"
            "b \xc3\xa9\"}");
}

}  // namespace
}  // namespace fluxcascade
