#include "edge/log/log_consumers.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/crypto/encoding.h"
#include "common/status/status_matchers.h"
#include "edge/log/log_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// A full hour.
const absl::Time kStart = absl::FromUnixSeconds(1767225600);
const absl::Time kReceived = kStart - absl::Minutes(5);

// Where request `sequence` stands, in a log of requests of 10 bytes.
LogPoint At(uint64_t sequence) {
  return {.sequence = sequence, .chain = {}, .offset = 10 * (sequence - 1)};
}

class LogConsumersTest : public testing::Test {
 protected:
  static LogConsumer Named(const std::string& name) {
    return {.name = name, .acknowledged = At(1), .oldest_unacknowledged = kStart};
  }
  void Acknowledge(const std::string& name, uint64_t through, absl::Time now = kStart) {
    consumers_.Acknowledge(name, through, At(through + 1), kReceived, now);
  }
  ConsumerPosition PositionOf(const std::string& name, uint64_t next) const {
    for (const ConsumerPosition& position : consumers_.Positions(next)) {
      if (position.name == name) return position;
    }
    ADD_FAILURE() << "no " << name;
    return {};
  }

  LogConsumers consumers_{{Named("primary"), Named("standby")}};
};

TEST_F(LogConsumersTest, WhatOneHasNotAcknowledgedIsNotAcknowledgedByAll) {
  Acknowledge("primary", 8);
  EXPECT_EQ(consumers_.AcknowledgedByAll(), At(1));
  Acknowledge("standby", 3);
  EXPECT_EQ(consumers_.AcknowledgedByAll(), At(4));
  Acknowledge("standby", 9);
  EXPECT_EQ(consumers_.AcknowledgedByAll(), At(9));
  EXPECT_EQ(consumers_.primary().acknowledged, At(9));
}

TEST_F(LogConsumersTest, GoingBackChangesNothingAndNobodyElseIsMoved) {
  Acknowledge("standby", 5);
  Acknowledge("standby", 4);
  Acknowledge("stranger", 7);
  EXPECT_EQ(PositionOf("standby", 10).acknowledged, 5u);
  EXPECT_EQ(PositionOf("standby", 10).lag_requests, 4u);
  EXPECT_EQ(PositionOf("primary", 10).acknowledged, 0u);
}

TEST_F(LogConsumersTest, OldEnoughIsWhatTheLastOfThemAcknowledgedSoLongAgo) {
  Acknowledge("primary", 8, kStart);
  Acknowledge("standby", 3, kStart);
  Acknowledge("standby", 8, kStart + absl::Hours(5));
  EXPECT_EQ(consumers_.AllThroughAsOf(kStart), 0u);
  EXPECT_EQ(consumers_.AllThroughAsOf(kStart + absl::Hours(1)), 3u);
  EXPECT_EQ(consumers_.AllThroughAsOf(kStart + absl::Hours(6)), 8u);
}

TEST_F(LogConsumersTest, OneThatLagsIsSeenToWithTheAgeOfItsOldest) {
  consumers_.Appended(At(1), kStart);
  Acknowledge("primary", 4);
  EXPECT_EQ(PositionOf("primary", 5).lag_requests, 0u);
  EXPECT_EQ(PositionOf("primary", 5).oldest_unacknowledged, std::nullopt);
  EXPECT_EQ(PositionOf("standby", 5).lag_requests, 4u);
  EXPECT_EQ(PositionOf("standby", 5).oldest_unacknowledged, kStart);
  consumers_.Appended(At(5), kStart + absl::Hours(1));
  EXPECT_EQ(PositionOf("primary", 6).oldest_unacknowledged, kStart + absl::Hours(1));
  EXPECT_EQ(PositionOf("standby", 6).oldest_unacknowledged, kStart);
  Acknowledge("standby", 2);
  EXPECT_EQ(PositionOf("standby", 6).lag_requests, 3u);
  EXPECT_EQ(PositionOf("standby", 6).oldest_unacknowledged, kReceived);
}

TEST_F(LogConsumersTest, WhatIsTrimmedBeforeOneAcknowledgedItIsCountedAsLostToIt) {
  Acknowledge("primary", 8);
  Acknowledge("standby", 3);
  consumers_.Trimmed(At(7), kReceived);
  EXPECT_EQ(PositionOf("standby", 9).lost_requests, 3u);
  EXPECT_EQ(PositionOf("standby", 9).lag_requests, 2u);
  EXPECT_EQ(PositionOf("standby", 9).acknowledged, 3u);
  EXPECT_EQ(PositionOf("primary", 9).lost_requests, 0u);
  consumers_.Trimmed(At(8), kReceived);
  EXPECT_EQ(PositionOf("standby", 9).lost_requests, 4u);

  LogConsumer opened_again = Named("standby");
  opened_again.GoOnFrom(*consumers_.Find("standby"));
  EXPECT_EQ(opened_again.lost_requests, 4u);
}

TEST_F(LogConsumersTest, WhatWasAcknowledgedAndNotWrittenDownIsGoneOnFrom) {
  Acknowledge("standby", 3);
  LogConsumer opened_again = Named("standby");
  opened_again.GoOnFrom(*consumers_.Find("standby"));
  EXPECT_EQ(opened_again.acks, consumers_.Find("standby")->acks);
  opened_again.acks.Record(kStart, 5);
  opened_again.GoOnFrom(*consumers_.Find("standby"));
  EXPECT_EQ(opened_again.acks.through(), 5u) << "never back";
}

TEST_F(LogConsumersTest, TheFoldersBytesAreOfTheFurtherOnes) {
  Acknowledge("primary", 8);
  Acknowledge("standby", 3);
  EXPECT_THAT(consumers_.further_acks(),
              ElementsAre(Pair("standby", consumers_.Find("standby")->acks)));
  // FORMAT.md shows these bytes.
  const std::string bytes = EncodeFurtherAcks(consumers_.further_acks());
  EXPECT_EQ(HexEncode(bytes),
            "824cef5d"
            "00000007"
            "7374616e646279"
            "00000014"
            "cb4a2726"
            "000647491cb3e400"
            "0000000000000003");
  FC_ASSERT_OK_AND_ASSIGN(const FurtherAcks read, DecodeFurtherAcks(bytes));
  EXPECT_EQ(read, consumers_.further_acks());
}

TEST_F(LogConsumersTest, NoneIsReadAsNone) {
  EXPECT_THAT(DecodeFurtherAcks(EncodeFurtherAcks({})), IsOkAndHolds(IsEmpty()));
}

TEST_F(LogConsumersTest, EveryDamagedByteIsNoticed) {
  Acknowledge("standby", 3);
  const std::string bytes = EncodeFurtherAcks(consumers_.further_acks());
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_THAT(DecodeFurtherAcks(damaged), StatusIs(StatusCode::kDataLoss)) << i;
    EXPECT_THAT(DecodeFurtherAcks(bytes.substr(0, i)), StatusIs(StatusCode::kDataLoss)) << i;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
