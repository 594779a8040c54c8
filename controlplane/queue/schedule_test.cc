#include "controlplane/queue/schedule.h"

#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using store::v1::Direction;
using store::v1::DIRECTION_INBOUND;
using store::v1::DIRECTION_OUTBOUND;
using testing::ElementsAre;

const absl::Time kEnd = absl::FromUnixSeconds(1767225600);

// What passes between an attempt's end and the next, over a whole schedule.
std::vector<absl::Duration> Delays(Direction direction) {
  std::vector<absl::Duration> delays;
  for (int attempt = 1; const auto next = NextAttempt(direction, attempt, kEnd); ++attempt) {
    delays.push_back(*next - kEnd);
  }
  return delays;
}

TEST(ScheduleTest, InboundRetriesAtOnceAndAfterOneFiveAndThirtyMinutes) {
  EXPECT_THAT(Delays(DIRECTION_INBOUND), ElementsAre(absl::ZeroDuration(), absl::Minutes(1),
                                                     absl::Minutes(5), absl::Minutes(30)));
  EXPECT_EQ(MaxAttempts(DIRECTION_INBOUND), 5);
}

TEST(ScheduleTest, OutboundRetriesAfterMinutesAndThenHours) {
  EXPECT_THAT(Delays(DIRECTION_OUTBOUND),
              ElementsAre(absl::Minutes(1), absl::Minutes(5), absl::Minutes(15), absl::Hours(1),
                          absl::Hours(4)));
  EXPECT_EQ(MaxAttempts(DIRECTION_OUTBOUND), 6);
}

TEST(ScheduleTest, TheLastAttemptHasNoNext) {
  EXPECT_NE(NextAttempt(DIRECTION_INBOUND, 4, kEnd), std::nullopt);
  EXPECT_EQ(NextAttempt(DIRECTION_INBOUND, 5, kEnd), std::nullopt);
  EXPECT_NE(NextAttempt(DIRECTION_OUTBOUND, 5, kEnd), std::nullopt);
  EXPECT_EQ(NextAttempt(DIRECTION_OUTBOUND, 6, kEnd), std::nullopt);
}

TEST(ScheduleTest, AnAttemptTooManyHasNoNextEither) {
  // A process that dies in an attempt has made it.
  EXPECT_EQ(NextAttempt(DIRECTION_INBOUND, 6, kEnd), std::nullopt);
}

}  // namespace
}  // namespace fluxcascade
