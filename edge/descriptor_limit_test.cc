#include "edge/descriptor_limit.h"

#include <sys/resource.h>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;

TEST(DescriptorLimitTest, TheSoftLimitIsRaisedToWhatIsNeeded) {
  EXPECT_THAT(SoftLimitFor(16384, {.soft = 1024, .hard = 524288}), IsOkAndHolds(17408u));
}

TEST(DescriptorLimitTest, ASoftLimitThatIsHigherStays) {
  EXPECT_THAT(SoftLimitFor(10, {.soft = 1034, .hard = 4096}), IsOkAndHolds(1034u));
  EXPECT_THAT(SoftLimitFor(10, {.soft = 1035, .hard = 4096}), IsOkAndHolds(1035u));
}

TEST(DescriptorLimitTest, TheHardLimitIsEnoughToTheLastAndOneLessIsNot) {
  EXPECT_THAT(SoftLimitFor(3072, {.soft = 1024, .hard = 4096}), IsOkAndHolds(4096u));
  EXPECT_THAT(
      SoftLimitFor(3073, {.soft = 1024, .hard = 4096}),
      StatusIs(StatusCode::kFailedPrecondition,
               "--max_connections=3073 needs 4097 open files, and the hard limit is 4096: raise it "
               "(`ulimit -n`, or LimitNOFILE of the service), or lower --max_connections"));
}

TEST(DescriptorLimitTest, TheProcessGetsWhatItNeeds) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = 256;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  FC_ASSERT_OK(RaiseDescriptorLimit(100));
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 1124u);
}

}  // namespace
}  // namespace fluxcascade::edge
