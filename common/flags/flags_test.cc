#include "common/flags/flags.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::string, listen, "", "HOST:PORT on which requests are taken");
ABSL_FLAG(int32_t, workers, 4, "how many threads serve requests");
ABSL_FLAG(bool, verbose, false, "whether much is logged");
ABSL_FLAG(absl::Duration, grace, absl::Seconds(10), "how long a stop may take");

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::ExitedWithCode;
using testing::HasSubstr;

class FlagsTest : public testing::Test {
 protected:
  // Sets every flag back when the test is over.
  absl::FlagSaver saver_;
};
using FlagsDeathTest = FlagsTest;

TEST_F(FlagsTest, ReadsEverySpelling) {
  EXPECT_THAT(ParseFlags({"--listen=127.0.0.1:1", "--workers", "-8", "-verbose", "--grace=1m"}),
              IsOkAndHolds(ElementsAre()));
  EXPECT_EQ(absl::GetFlag(FLAGS_listen), "127.0.0.1:1");
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), -8);
  EXPECT_TRUE(absl::GetFlag(FLAGS_verbose));
  EXPECT_EQ(absl::GetFlag(FLAGS_grace), absl::Minutes(1));
}

TEST_F(FlagsTest, ReadsBooleansWithAndWithoutAValue) {
  EXPECT_THAT(ParseFlags({"--verbose=true"}), IsOk());
  EXPECT_TRUE(absl::GetFlag(FLAGS_verbose));
  EXPECT_THAT(ParseFlags({"--noverbose"}), IsOk());
  EXPECT_FALSE(absl::GetFlag(FLAGS_verbose));
}

TEST_F(FlagsTest, GivesWhatIsNotAFlag) {
  EXPECT_THAT(ParseFlags({"a", "--workers=2", "-", "--", "--listen", "b"}),
              IsOkAndHolds(ElementsAre("a", "-", "--listen", "b")));
}

TEST_F(FlagsTest, AnUnknownFlagIsNamed) {
  for (const char* flag : {"--lisen=x", "--noworkers", "--noverbose=true", "--nonsense"}) {
    EXPECT_THAT(ParseFlags({flag}),
                StatusIs(StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("there is no flag --"), HasSubstr("--help"))))
        << flag;
  }
}

TEST_F(FlagsTest, ABadValueIsAnsweredWithWhatTheFlagIs) {
  EXPECT_THAT(
      ParseFlags({"--workers=many"}),
      StatusIs(StatusCode::kInvalidArgument, AllOf(HasSubstr("--workers does not take 'many'"),
                                                   HasSubstr("how many threads serve requests"))));
  EXPECT_THAT(ParseFlags({"--grace=10"}), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseFlags({"--verbose=perhaps"}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(FlagsTest, AMissingValueIsAnsweredWithWhatTheFlagIs) {
  EXPECT_THAT(ParseFlags({"--listen"}),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--listen needs a value"), HasSubstr("HOST:PORT"))));
}

TEST_F(FlagsTest, ARequiredFlagMustNotBeEmpty) {
  EXPECT_THAT(CheckRequiredFlags({"workers", "listen"}),
              StatusIs(StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--listen must be given"), HasSubstr("HOST:PORT"))));
  absl::SetFlag(&FLAGS_listen, "127.0.0.1:1");
  FC_EXPECT_OK(CheckRequiredFlags({"workers", "listen"}));
}

TEST_F(FlagsTest, HelpListsOurFlagsWithTheirDefaults) {
  const std::string help = FlagsHelp("serves: takes requests");
  EXPECT_THAT(help, HasSubstr("serves: takes requests\n"));
  EXPECT_THAT(help, HasSubstr("--listen\n      HOST:PORT on which requests are taken\n"));
  EXPECT_THAT(help, HasSubstr("--workers\n      how many threads serve requests (default: 4)\n"));
}

// Parses as a main would.
void RunMain(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "main");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  ParseFlagsOrExit(static_cast<int>(arguments.size()), argv.data(), "usage");
}

TEST_F(FlagsTest, AMainGoesOnWhenAllIsWell) {
  RunMain({"--workers=7"});
  EXPECT_EQ(absl::GetFlag(FLAGS_workers), 7);
}

TEST_F(FlagsDeathTest, AMainEndsWithTwoAndOneLineOnAMistake) {
  EXPECT_EXIT(RunMain({"--nonsense"}), ExitedWithCode(2),
              "^flags_test: there is no flag --nonsense[^\n]*\n$");
  EXPECT_EXIT(RunMain({"stray"}), ExitedWithCode(2), "^flags_test: 'stray' is not a flag[^\n]*\n$");
  EXPECT_EXIT(RunMain({"--workers=a\nb"}), ExitedWithCode(2), "^flags_test: [^\n]*\n$");
}

TEST_F(FlagsDeathTest, HelpEndsWithZero) {
  EXPECT_EXIT(RunMain({"--help"}), ExitedWithCode(0), "");
}

TEST_F(FlagsDeathTest, ARequiredFlagThatDoesNotExistIsAMistakeInTheProgram) {
  EXPECT_DEATH(CheckRequiredFlags({"unheard_of"}).IgnoreError(), "flag != nullptr");
}

}  // namespace
}  // namespace fluxcascade
