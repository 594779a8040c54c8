#include "common/logging/limited_log.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {
namespace {

using testing::Eq;
using testing::Optional;
using testing::SizeIs;

constexpr absl::Duration kTick = absl::Nanoseconds(1);

TEST(LineBudgetTest, GivesSoManyLinesAndNoMore) {
  LineBudget budget({.lines = 2, .per = absl::Minutes(1)});
  EXPECT_THAT(budget.Take(absl::ZeroDuration()), Optional(0u));
  EXPECT_THAT(budget.Take(absl::Seconds(30)), Optional(0u));
  EXPECT_THAT(budget.Take(absl::Seconds(30)), Eq(std::nullopt));
  EXPECT_THAT(budget.Take(absl::Minutes(1) - kTick), Eq(std::nullopt));
}

TEST(LineBudgetTest, TheNextLineSaysHowManyWereLeftOutAndOnlyIt) {
  LineBudget budget({.lines = 1, .per = absl::Minutes(1)});
  budget.Take(absl::ZeroDuration());
  for (int i = 0; i < 3; ++i) budget.Take(absl::Seconds(1));
  EXPECT_THAT(budget.Take(absl::Minutes(1)), Optional(3u));
  EXPECT_THAT(budget.Take(absl::Minutes(2)), Optional(0u));
}

class LimitedLogTest : public testing::Test {
 protected:
  static constexpr int kLines = 2;

  LimitedLogTest() { testing::internal::CaptureStderr(); }

  void Say(const std::string& message, int value = 0) {
    log_.Log(LogLevel::kWarning, message, {{"value", value}});
  }
  std::vector<nlohmann::json> Lines() {
    std::vector<nlohmann::json> lines;
    const std::string written = testing::internal::GetCapturedStderr();
    for (absl::string_view line : absl::StrSplit(written, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end()));
    }
    return lines;
  }

  FakeClock clock_;
  LimitedLog log_{clock_, {.lines = kLines, .per = absl::Minutes(1)}};
};

TEST_F(LimitedLogTest, WritesAsTheLogDoesAndThenCounts) {
  for (int i = 0; i < 5; ++i) Say("noise", i);
  clock_.Advance(absl::Minutes(1));
  Say("noise", 5);
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_THAT(lines, SizeIs(kLines + 1));
  EXPECT_EQ(lines[1]["message"], "noise");
  EXPECT_EQ(lines[1]["value"], 1);
  EXPECT_FALSE(lines[1].contains("left_out"));
  EXPECT_EQ(lines[2]["value"], 5);
  EXPECT_EQ(lines[2]["left_out"], 3);
}

TEST_F(LimitedLogTest, OneMessageDoesNotSilenceAnother) {
  for (int i = 0; i < 5; ++i) Say("noise", i);
  Say("signal");
  EXPECT_EQ(Lines().back()["message"], "signal");
}

TEST_F(LimitedLogTest, MessagesBeyondTheLimitShareABudget) {
  for (size_t i = 0; i < LimitedLog::kMaxMessages; ++i) Say(absl::StrCat("message ", i));
  for (int i = 0; i < 5; ++i) Say(absl::StrCat("made up ", i));
  Say("message 0");
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_THAT(lines, SizeIs(LimitedLog::kMaxMessages + kLines + 1));
  EXPECT_EQ(lines[LimitedLog::kMaxMessages + 1]["message"], "made up 1");
  EXPECT_EQ(lines.back()["message"], "message 0");
}

}  // namespace
}  // namespace fluxcascade
