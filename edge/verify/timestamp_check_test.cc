#include "edge/verify/timestamp_check.h"

#include <string>
#include <vector>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_TIMESTAMP_MISSING;
constexpr RejectionReason kMalformed = v1::RejectedRequest::REASON_TIMESTAMP_MALFORMED;
constexpr RejectionReason kTooOld = v1::RejectedRequest::REASON_TIMESTAMP_TOO_OLD;
constexpr RejectionReason kTooNew = v1::RejectedRequest::REASON_TIMESTAMP_TOO_NEW;

v1::TimestampRule FiveMinutesBackOneAhead() {
  v1::TimestampRule rule;
  rule.set_header("x-time");
  rule.set_unit(v1::TimestampRule::UNIT_MILLISECONDS);
  rule.mutable_max_age()->set_seconds(300);
  rule.mutable_max_ahead()->set_seconds(60);
  return rule;
}

class TimestampCheckTest : public testing::Test {
 protected:
  Refusal ReadOf(std::string value) {
    const std::vector<RawHeader> headers = {{"X-Time", value}};
    const TimestampCheck::Reading reading = check_.Read({.headers = headers});
    time_ = reading.time;
    return reading.refusal;
  }

  Refusal SignedAgo(absl::Duration age) { return check_.CheckWindow(now_ - age, now_); }

  TimestampCheck check_ = *TimestampCheck::Compile(FiveMinutesBackOneAhead(), "");
  absl::Time now_ = absl::FromUnixMillis(1700000300000);
  absl::Time time_;
};

TEST_F(TimestampCheckTest, ReadsMilliseconds) {
  EXPECT_EQ(ReadOf("1700000300123"), std::nullopt);
  EXPECT_EQ(time_, absl::FromUnixMillis(1700000300123));
}

TEST_F(TimestampCheckTest, ReadsSeconds) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.set_unit(v1::TimestampRule::UNIT_SECONDS);
  check_ = *TimestampCheck::Compile(rule, "");
  EXPECT_EQ(ReadOf("1700000300"), std::nullopt);
  EXPECT_EQ(time_, absl::FromUnixSeconds(1700000300));
}

TEST_F(TimestampCheckTest, KeepsTheTextAsItWasSent) {
  const std::vector<RawHeader> headers = {{"x-time", "007"}};
  EXPECT_EQ(check_.Read({.headers = headers}).text, "007");
}

TEST_F(TimestampCheckTest, AnAbsentHeaderIsMissing) {
  EXPECT_EQ(check_.Read({}).refusal, kMissing);
}

TEST_F(TimestampCheckTest, TwoHeadersAreMalformed) {
  const std::vector<RawHeader> headers = {{"x-time", "1"}, {"X-Time", "1"}};
  EXPECT_EQ(check_.Read({.headers = headers}).refusal, kMalformed);
}

TEST_F(TimestampCheckTest, AnythingButDigitsIsMalformed) {
  for (const char* text : {"", " ", "-1", "+1", " 1", "1 ", "1.5", "1e3", "0x10", "1\t", "١",
                           "2026-01-01T00:00:00Z"}) {
    EXPECT_EQ(ReadOf(text), kMalformed) << "'" << text << "'";
  }
}

TEST_F(TimestampCheckTest, WhatDoesNotFit64BitsIsMalformed) {
  EXPECT_EQ(ReadOf("9223372036854775807"), std::nullopt);
  EXPECT_EQ(check_.CheckWindow(time_, now_), kTooNew);
  EXPECT_EQ(ReadOf("9223372036854775808"), kMalformed);
  EXPECT_EQ(ReadOf(std::string(1000, '9')), kMalformed);
}

TEST_F(TimestampCheckTest, SecondsThatOverflowAreFarAhead) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.set_unit(v1::TimestampRule::UNIT_SECONDS);
  check_ = *TimestampCheck::Compile(rule, "");
  EXPECT_EQ(ReadOf("9223372036854775807"), std::nullopt);
  EXPECT_EQ(check_.CheckWindow(time_, now_), kTooNew);
}

TEST_F(TimestampCheckTest, TheOldestAllowedIsAcceptedAndOneMillisecondMoreIsNot) {
  EXPECT_EQ(SignedAgo(absl::Minutes(5)), std::nullopt);
  EXPECT_EQ(SignedAgo(absl::Minutes(5) + absl::Milliseconds(1)), kTooOld);
}

TEST_F(TimestampCheckTest, TheNewestAllowedIsAcceptedAndOneMillisecondMoreIsNot) {
  EXPECT_EQ(SignedAgo(-absl::Minutes(1)), std::nullopt);
  EXPECT_EQ(SignedAgo(-absl::Minutes(1) - absl::Milliseconds(1)), kTooNew);
}

TEST_F(TimestampCheckTest, ZeroIsLongAgo) {
  EXPECT_EQ(ReadOf("0"), std::nullopt);
  EXPECT_EQ(check_.CheckWindow(time_, now_), kTooOld);
}

class TimestampItemTest : public testing::Test {
 protected:
  TimestampItemTest() {
    rule_.set_header("x-signatures");
    rule_.set_item_prefix("t=");
  }

  TimestampCheck::Reading Read(const std::vector<RawHeader>& headers) {
    return TimestampCheck::Compile(rule_, ",")->Read({.headers = headers});
  }
  Refusal RefusalOf(absl::string_view value) { return Read({{"X-Signatures", value}}).refusal; }

  std::string Error(absl::string_view separator = ",") {
    return std::string(TimestampCheck::Compile(rule_, separator).status().message());
  }

  v1::TimestampRule rule_ = FiveMinutesBackOneAhead();
};

TEST_F(TimestampItemTest, ItIsTheItemThatBeginsWithThePrefixWhereverItStands) {
  for (const char* value : {"t=17", "t=17,v1=ab", "v1=ab,t=17", "v1=ab, t=17 ,v1=cd"}) {
    const TimestampCheck::Reading reading = Read({{"X-Signatures", value}});
    EXPECT_EQ(reading.refusal, std::nullopt) << value;
    EXPECT_EQ(reading.text, "17") << value;
    EXPECT_EQ(reading.time, absl::FromUnixMillis(17)) << value;
  }
}

TEST_F(TimestampItemTest, WithoutTheItemOrTheHeaderItIsMissing) {
  EXPECT_EQ(RefusalOf("v1=ab"), kMissing);
  EXPECT_EQ(RefusalOf("ts=17,T=17,17"), kMissing);
  EXPECT_EQ(Read({}).refusal, kMissing);
}

TEST_F(TimestampItemTest, TwoItemsOrHeadersAreMalformedEvenIfTheyAgree) {
  EXPECT_EQ(RefusalOf("t=17,t=17"), kMalformed);
  EXPECT_EQ(Read({{"x-signatures", "t=17"}, {"x-signatures", "t=17"}}).refusal, kMalformed);
}

TEST_F(TimestampItemTest, AnythingButDigitsIsMalformed) {
  for (const char* value : {"t=", "t= 17", "t=-17", "t=17;v1=ab", "t=1 7"}) {
    EXPECT_EQ(RefusalOf(value), kMalformed) << value;
  }
}

TEST_F(TimestampItemTest, NeedsASeparatorThatIsNotInThePrefix) {
  EXPECT_EQ(Error(), "");
  EXPECT_EQ(Error(""), "item_prefix needs the recipe's separator");
  rule_.set_item_prefix("t,");
  EXPECT_EQ(Error(), "item_prefix must not hold the separator");
  rule_.set_item_prefix(std::string(65, 't'));
  EXPECT_EQ(Error(), "item_prefix must be at most 64 visible ASCII characters");
}

TEST(TimestampRuleTest, AWindowMayBeEmpty) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.mutable_max_age()->set_seconds(0);
  rule.mutable_max_ahead()->set_seconds(0);
  const TimestampCheck check = *TimestampCheck::Compile(rule, "");
  EXPECT_EQ(check.CheckWindow(absl::UnixEpoch(), absl::UnixEpoch()), std::nullopt);
}

TEST(TimestampRuleTest, WindowsAreTakenUpToTheirLimitsAndNotBeyond) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.mutable_max_age()->set_seconds(24 * 3600);
  rule.mutable_max_ahead()->set_seconds(3600);
  EXPECT_TRUE(TimestampCheck::Compile(rule, "").ok());

  rule.mutable_max_age()->set_nanos(1);
  EXPECT_EQ(TimestampCheck::Compile(rule, "").status().message(),
            "max_age is required, from 0s to 24h");
  rule.mutable_max_age()->set_nanos(0);
  rule.mutable_max_ahead()->set_nanos(1);
  EXPECT_EQ(TimestampCheck::Compile(rule, "").status().message(),
            "max_ahead is required, from 0s to 1h");
}

TEST(TimestampRuleTest, NegativeAndAbsentWindowsAreRefused) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.mutable_max_age()->set_seconds(-1);
  EXPECT_THAT(TimestampCheck::Compile(rule, ""), StatusIs(kInvalid, StartsWith("max_age ")));
  rule.clear_max_age();
  EXPECT_THAT(TimestampCheck::Compile(rule, ""), StatusIs(kInvalid, StartsWith("max_age ")));
  rule = FiveMinutesBackOneAhead();
  rule.clear_max_ahead();
  EXPECT_THAT(TimestampCheck::Compile(rule, ""), StatusIs(kInvalid, StartsWith("max_ahead ")));
}

TEST(TimestampRuleTest, HeaderAndUnitAreRequired) {
  v1::TimestampRule rule = FiveMinutesBackOneAhead();
  rule.clear_header();
  EXPECT_THAT(TimestampCheck::Compile(rule, ""), StatusIs(kInvalid, StartsWith("header ")));
  rule = FiveMinutesBackOneAhead();
  rule.clear_unit();
  EXPECT_THAT(TimestampCheck::Compile(rule, ""), StatusIs(kInvalid, HasSubstr("UNIT_SECONDS")));
}

}  // namespace
}  // namespace fluxcascade::edge
