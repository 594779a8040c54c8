#include "edge/log/log_position.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "edge/log/log_codec.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

constexpr char kLogId[] = "00112233445566778899aabbccddeeff";
constexpr char kOtherLogId[] = "ffeeddccbbaa99887766554433221100";

v1::LogState Holding(uint64_t first, uint64_t next) {
  v1::LogState log;
  log.set_log_id(kLogId);
  log.set_first_sequence(first);
  log.set_next_sequence(next);
  return log;
}

v1::Pull After(uint64_t after) {
  v1::Pull pull;
  pull.set_log_id(kLogId);
  pull.set_after(after);
  return pull;
}

class LogPositionTest : public testing::Test {
 protected:
  v1::PullError::Reason ReasonFor(uint64_t after, const v1::LogState& log) {
    error_.Clear();
    const absl::Status status = CheckRange(After(after), log, error_);
    EXPECT_EQ(status.ok(), error_.reason() == v1::PullError::REASON_UNSPECIFIED);
    EXPECT_EQ(status.message(), error_.detail());
    return error_.reason();
  }

  v1::PullError error_;
};

TEST_F(LogPositionTest, FromJustBeforeTheFirstToTheLastEveryPositionIsThere) {
  for (uint64_t after = 9; after <= 40; ++after) {
    EXPECT_EQ(ReasonFor(after, Holding(10, 41)), v1::PullError::REASON_UNSPECIFIED) << after;
  }
}

TEST_F(LogPositionTest, OneBeforeIsTrimmedAndTheSentenceNamesWhatIsGone) {
  EXPECT_EQ(ReasonFor(8, Holding(10, 41)), v1::PullError::REASON_BEFORE_FIRST);
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("after request 8"), HasSubstr("holds 10 to 40"),
                                     HasSubstr("requests 9 to 9 were acknowledged and trimmed")));
  EXPECT_EQ(error_.log().first_sequence(), 10u);
}

TEST_F(LogPositionTest, OneBeyondIsPastTheEnd) {
  EXPECT_EQ(ReasonFor(41, Holding(10, 41)), v1::PullError::REASON_PAST_END);
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("after request 41"), HasSubstr("holds 10 to 40")));
}

TEST_F(LogPositionTest, AnEmptyLogHasOnePosition) {
  EXPECT_EQ(ReasonFor(40, Holding(41, 41)), v1::PullError::REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonFor(39, Holding(41, 41)), v1::PullError::REASON_BEFORE_FIRST);
  EXPECT_EQ(ReasonFor(41, Holding(41, 41)), v1::PullError::REASON_PAST_END);
  EXPECT_THAT(error_.detail(), HasSubstr("holds nothing at present, and its next is 41"));
}

TEST_F(LogPositionTest, TheLargestSequenceIsPastTheEnd) {
  EXPECT_EQ(ReasonFor(~uint64_t{0}, Holding(1, 41)), v1::PullError::REASON_PAST_END);
}

TEST_F(LogPositionTest, AnotherLogIsAMismatchWhateverThePosition) {
  v1::Pull pull = After(10);
  pull.set_log_id(kOtherLogId);
  EXPECT_FALSE(CheckRange(pull, Holding(1, 41), error_).ok());
  EXPECT_EQ(error_.reason(), v1::PullError::REASON_LOG_ID_MISMATCH);
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr(kLogId), HasSubstr(kOtherLogId)));
}

TEST_F(LogPositionTest, AnotherChainHasDiverged) {
  const Chain chain = BeginningOf(kLogId).chain;
  v1::Pull pull = After(10);
  FC_EXPECT_OK(CheckChain(pull, chain, Holding(1, 41), error_));
  pull.set_after_chain(chain.data(), chain.size());
  FC_EXPECT_OK(CheckChain(pull, chain, Holding(1, 41), error_));
  pull.set_after_chain(std::string(16, 'x'));
  EXPECT_FALSE(CheckChain(pull, chain, Holding(1, 41), error_).ok());
  EXPECT_EQ(error_.reason(), v1::PullError::REASON_DIVERGED);
  EXPECT_THAT(error_.detail(), AllOf(HasSubstr("up to request 10"), HasSubstr("holds 1 to 40")));
}

TEST_F(LogPositionTest, WhatCantBeReadSaysWhy) {
  EXPECT_FALSE(Unreadable(After(10), 11, "request 11 is damaged", Holding(1, 41), error_).ok());
  EXPECT_EQ(error_.damaged_sequence(), 11);
  EXPECT_EQ(error_.reason(), v1::PullError::REASON_DATA_LOSS);
  EXPECT_THAT(error_.detail(), HasSubstr("request 11 is damaged"));
}

TEST_F(LogPositionTest, APullAsksForOneByteToTwoMebibytes) {
  v1::Pull pull = After(0);
  for (const uint32_t good : {1u, kMaxReadBytes}) {
    pull.set_max_bytes(good);
    FC_EXPECT_OK(CheckPull(pull));
  }
  for (const uint32_t bad : {0u, kMaxReadBytes + 1}) {
    pull.set_max_bytes(bad);
    EXPECT_THAT(CheckPull(pull), StatusIs(StatusCode::kInvalidArgument, HasSubstr("max_bytes")));
  }
}

TEST_F(LogPositionTest, AnAcknowledgementReachesNoFurtherThanTheEnd) {
  FC_EXPECT_OK(CheckAcknowledge(kLogId, 40, Holding(10, 41)));
  FC_EXPECT_OK(CheckAcknowledge(kLogId, 0, Holding(10, 41)));
  EXPECT_THAT(CheckAcknowledge(kLogId, 41, Holding(10, 41)),
              StatusIs(StatusCode::kOutOfRange, HasSubstr("holds 10 to 40")));
  EXPECT_THAT(CheckAcknowledge(kOtherLogId, 40, Holding(10, 41)),
              StatusIs(StatusCode::kOutOfRange, HasSubstr(kOtherLogId)));
}

}  // namespace
}  // namespace fluxcascade::edge
