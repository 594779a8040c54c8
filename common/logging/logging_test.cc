#include "common/logging/logging.h"

#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {
namespace {

class LogTest : public testing::Test {
 protected:
  LogTest() { testing::internal::CaptureStderr(); }
  ~LogTest() override { SetLogLevel(LogLevel::kInfo); }

  static std::string Written() { return testing::internal::GetCapturedStderr(); }
};

TEST_F(LogTest, WritesALineOfJsonToStandardError) {
  Log(LogLevel::kError, "disk full {} %s", {{"free_bytes", 12}});
  const std::string written = Written();
  EXPECT_EQ(written.find('\n'), written.size() - 1);
  const nlohmann::json line = nlohmann::json::parse(written);
  EXPECT_EQ(line["level"], "error");
  EXPECT_EQ(line["message"], "disk full {} %s");
  EXPECT_EQ(line["free_bytes"], 12);
}

TEST_F(LogTest, StartsAtInfo) {
  Log(LogLevel::kDebug, "hidden");
  Log(LogLevel::kInfo, "shown");
  const std::string written = Written();
  EXPECT_EQ(written.find("hidden"), std::string::npos);
  EXPECT_NE(written.find("shown"), std::string::npos);
}

TEST_F(LogTest, TheLevelCanBeSet) {
  SetLogLevel(LogLevel::kWarning);
  Log(LogLevel::kInfo, "hidden");
  SetLogLevel(LogLevel::kDebug);
  Log(LogLevel::kDebug, "shown");
  const std::string written = Written();
  EXPECT_EQ(written.find("hidden"), std::string::npos);
  EXPECT_NE(written.find("shown"), std::string::npos);
}

}  // namespace
}  // namespace fluxcascade
