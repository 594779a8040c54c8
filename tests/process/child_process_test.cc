#include "tests/process/child_process.h"

#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::Optional;

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr char kReport[] = "WARNING: ThreadSanitizer: data race";

std::unique_ptr<ChildProcess> RunShell(const std::string& script) {
  return std::make_unique<ChildProcess>(
      "/bin/sh", std::vector<std::string>{"-c", script},
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), ".stderr"));
}

TEST(ChildProcessTest, TellsHowItEnded) {
  EXPECT_THAT(RunShell("exit 7")->WaitFor(kPatience), Optional(7));
  EXPECT_THAT(RunShell("kill -9 $$")->WaitFor(kPatience), Optional(-SIGKILL));
  const auto longer = RunShell("exec sleep 1000");
  EXPECT_EQ(longer->WaitFor(absl::ZeroDuration()), std::nullopt);
}

TEST(ChildProcessTest, ASanitizersReportFailsTheTestThoughTheStatusIsGood) {
  const auto process = RunShell(absl::StrCat("echo ", kReport, " >&2"));
  EXPECT_NONFATAL_FAILURE(process->WaitFor(kPatience), kReport);
}

TEST(ChildProcessTest, ASanitizersReportFailsTheTestThoughTheProcessIsKilled) {
  const auto process = RunShell(absl::StrCat("echo ", kReport, " >&2; kill -9 $$"));
  EXPECT_NONFATAL_FAILURE(process->WaitFor(kPatience), kReport);
}

}  // namespace
}  // namespace fluxcascade
