#include "controlplane/api/ack_rules.h"

#include <string>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;

v1::AckRule Rule(const std::string& fields) {
  v1::AckRule rule;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &rule));
  return rule;
}

void ExpectRefused(const std::string& fields, const std::string& error) {
  EXPECT_THAT(ToStoredAckRule(Rule(fields)),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(error)))
      << fields;
}

TEST(AckRulesTest, WhatIsStoredComesBackAsItWasGiven) {
  for (const char* fields :
       {"mode: MODE_LOCAL", "mode: MODE_CONTROL_PLANE fallback_after { nanos: 100000000 }",
        "mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 }"}) {
    FC_ASSERT_OK_AND_ASSIGN(const store::v1::AckRule stored, ToStoredAckRule(Rule(fields)));
    EXPECT_TRUE(MessageDifferencer::Equals(ToApiAckRule(stored), Rule(fields))) << fields;
  }
}

TEST(AckRulesTest, WhatNoEdgeWouldTakeIsRefused) {
  ExpectRefused("", "app.ack.mode: is 0; allowed: MODE_LOCAL, MODE_CONTROL_PLANE");
  ExpectRefused(
      "mode: MODE_CONTROL_PLANE",
      "app.ack.fallback_after: is missing; allowed with MODE_CONTROL_PLANE: 100ms to 10s");
  ExpectRefused("mode: MODE_CONTROL_PLANE fallback_after { nanos: 99999999 }",
                "app.ack.fallback_after: is 99.999999ms; allowed with");
  ExpectRefused("mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 nanos: 1 }",
                "app.ack.fallback_after: is 10.000000001s; allowed with");
  ExpectRefused("mode: MODE_LOCAL fallback_after { seconds: 1 }",
                "app.ack.fallback_after: is 1s, but with MODE_LOCAL nothing is waited for");
}

TEST(AckRulesTest, AModeThatIsNoneIsRefused) {
  v1::AckRule rule;
  rule.set_mode(static_cast<v1::AckRule::Mode>(3));
  EXPECT_THAT(
      ToStoredAckRule(rule),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("app.ack.mode: is 3; allowed: MODE_LOCAL")));
}

}  // namespace
}  // namespace fluxcascade
