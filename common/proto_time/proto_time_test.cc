#include "common/proto_time/proto_time.h"

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(ProtoTimeTest, ComesBackToTheMicrosecond) {
  const absl::Time time = absl::FromUnixMicros(1767225600123456);
  EXPECT_EQ(FromProto(ToProto(time)), time);
  EXPECT_EQ(FromProto(ToProto(time + absl::Nanoseconds(999))), time);
}

TEST(ProtoTimeTest, TimesBefore1970KeepPositiveNanos) {
  const auto proto = ToProto(absl::FromUnixMicros(-1));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999999000);
}

TEST(ProtoTimeTest, DurationsKeepNanoseconds) {
  const absl::Duration duration = absl::Seconds(3) + absl::Nanoseconds(7);
  EXPECT_EQ(FromProto(ToProto(duration)), duration);
}

}  // namespace
}  // namespace fluxcascade
