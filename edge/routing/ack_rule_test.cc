#include "edge/routing/ack_rule.h"

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::Eq;
using testing::Optional;

absl::StatusOr<std::optional<absl::Duration>> Of(const std::string& fields) {
  v1::Hook hook;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &hook));
  return CommitWaitOf(hook);
}

TEST(AckRuleTest, WithoutARuleAndWithTheLocalOneNothingWaits) {
  EXPECT_THAT(Of(""), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_THAT(Of("ack { mode: MODE_LOCAL }"), IsOkAndHolds(Eq(std::nullopt)));
}

TEST(AckRuleTest, AWaitMayBeAsShortAndAsLongAsItsLimits) {
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE fallback_after { nanos: 100000000 } }"),
              IsOkAndHolds(Optional(absl::Milliseconds(100))));
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 } }"),
              IsOkAndHolds(Optional(absl::Seconds(10))));
}

TEST(AckRuleTest, ABadRuleIsRefusedByItsField) {
  const std::string range = "ack.fallback_after must be 100ms to 10s, is ";
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE }"),
              StatusIs(StatusCode::kInvalidArgument, range + "missing"));
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE fallback_after { nanos: 99999999 } }"),
              StatusIs(StatusCode::kInvalidArgument, range + "99.999999ms"));
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 nanos: 1 } }"),
              StatusIs(StatusCode::kInvalidArgument, range + "10.000000001s"));
  EXPECT_THAT(Of("ack { mode: MODE_CONTROL_PLANE fallback_after { seconds: -1 } }"),
              StatusIs(StatusCode::kInvalidArgument, range + "-1s"));
  EXPECT_THAT(Of("ack { }"), StatusIs(StatusCode::kInvalidArgument,
                                      "ack.mode must be MODE_LOCAL or MODE_CONTROL_PLANE, is 0"));
  EXPECT_THAT(Of("ack { mode: MODE_LOCAL fallback_after { seconds: 1 } }"),
              StatusIs(StatusCode::kInvalidArgument,
                       "ack.fallback_after must be absent with MODE_LOCAL, which never waits"));
}

TEST(AckRuleTest, AModeOfANewerControlPlaneIsRefused) {
  v1::Hook hook;
  hook.mutable_ack()->set_mode(static_cast<v1::AckRule::Mode>(3));
  EXPECT_THAT(CommitWaitOf(hook),
              StatusIs(StatusCode::kInvalidArgument,
                       "ack.mode must be MODE_LOCAL or MODE_CONTROL_PLANE, is 3"));
}

}  // namespace
}  // namespace fluxcascade::edge
