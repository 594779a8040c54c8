#include "controlplane/connectors/status_payloads.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(StatusPayloadsTest, WaitsAndIdsComeBackFromTheStatus) {
  const absl::Status status = WithExistingId(
      WithRetryAfter(absl::ResourceExhaustedError("slow down"), absl::Milliseconds(1500)), "512");
  EXPECT_EQ(RetryAfter(status), absl::Milliseconds(1500));
  EXPECT_EQ(ExistingId(status), "512");
  EXPECT_EQ(status.message(), "slow down");
}

TEST(StatusPayloadsTest, AStatusWithoutPayloadsHasNeither) {
  EXPECT_EQ(RetryAfter(absl::UnavailableError("down")), std::nullopt);
  EXPECT_EQ(ExistingId(absl::AlreadyExistsError("there")), std::nullopt);
}

TEST(StatusPayloadsTest, WaitingForARateLimitIsNotAFailureThatIsRetried) {
  EXPECT_TRUE(IsTransient(absl::UnavailableError("")));
  EXPECT_TRUE(IsTransient(absl::AbortedError("")));
  EXPECT_FALSE(IsTransient(absl::ResourceExhaustedError("")));
  EXPECT_FALSE(IsTransient(absl::InvalidArgumentError("")));
  EXPECT_FALSE(IsTransient(absl::OkStatus()));
}

}  // namespace
}  // namespace fluxcascade
