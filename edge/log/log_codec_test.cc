#include "edge/log/log_codec.h"

#include <cstdint>
#include <string>
#include <vector>

#include "common/crypto/digest.h"
#include "common/crypto/encoding.h"
#include "common/status/status_matchers.h"
#include "edge/log/log_format.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

constexpr char kLogId[] = "00112233445566778899aabbccddeeff";

v1::LoggedRequest Request(const std::string& body) {
  v1::LoggedRequest request;
  request.mutable_receive_time()->set_seconds(1767225600);
  request.set_hook_id("hook-1");
  request.set_body(body);
  return request;
}

class LogCodecTest : public testing::Test {
 protected:
  // Writes the next request of a log.
  std::string Write(const std::string& body) { return EncodeRecord(Seal(Request(body)), point_); }

  LogPoint point_ = BeginningOf(kLogId);
};

TEST_F(LogCodecTest, AReadRequestIsWhatWasWrittenPlusSequenceAndChain) {
  const std::string value = Write("hello");
  FC_ASSERT_OK_AND_ASSIGN(const RecordView record, ParseRecord(1, value));
  FC_ASSERT_OK(CheckStandsAt(record, BeginningOf(kLogId)));
  FC_ASSERT_OK_AND_ASSIGN(v1::LoggedRequest request, ToRequest(record));
  EXPECT_EQ(request.sequence(), 1u);
  EXPECT_EQ(request.chain(), BytesOf(point_.chain));
  request.clear_sequence();
  request.clear_chain();
  EXPECT_EQ(request.SerializeAsString(), Request("hello").SerializeAsString());
}

TEST_F(LogCodecTest, EncodingMovesThePointToWhereTheRecordEnds) {
  const std::string value = Write("hello");
  FC_ASSERT_OK_AND_ASSIGN(const RecordView record, ParseRecord(1, value));
  EXPECT_EQ(record.End(), point_);
  EXPECT_EQ(point_.sequence, 2u);
  EXPECT_EQ(point_.offset, kSequenceBytes + value.size());
}

TEST_F(LogCodecTest, TheChainIsTheBeginningOfADigestOverWhatCameBeforeAndTheRequest) {
  const std::string request = Seal(Request("hello")).bytes;
  const std::string beginning(AsBytes(Sha256(kLogId)).substr(0, kChainBytes));
  const std::string sequence("\0\0\0\0\0\0\0\x01", 8);
  Write("hello");
  EXPECT_EQ(BytesOf(point_.chain),
            AsBytes(Sha256(beginning + sequence + request)).substr(0, kChainBytes));
}

TEST_F(LogCodecTest, ASealIgnoresTheSequenceAndChainOfTheCaller) {
  v1::LoggedRequest request = Request("hello");
  request.set_sequence(7);
  request.set_chain("forged");
  EXPECT_EQ(Seal(request).bytes, Seal(Request("hello")).bytes);
}

// FORMAT.md shows these bytes.
TEST_F(LogCodecTest, TheBytesAreThoseOfTheWorkedExample) {
  EXPECT_EQ(HexEncode(EncodeKey(1)), "0000000000000001");
  EXPECT_EQ(HexEncode(BytesOf(point_.chain)), "5947d7c33d783f94b3b4c1a96ebc8991");
  EXPECT_EQ(HexEncode(Write("{}")),
            "168db400"
            "4e820d5e"
            "0000000000000000"
            "a488a24b4a5c1839ae5ed44688552b42"
            "12060880f2d6ca061a06686f6f6b2d3132027b7d");
  EXPECT_EQ(HexEncode(EncodePoint(point_)),
            "7efbd961"
            "0000000000000002"
            "a488a24b4a5c1839ae5ed44688552b42"
            "000000000000003c");
}

TEST_F(LogCodecTest, EveryChangedBitIsSeen) {
  const std::string value = Write("hello");
  for (size_t bit = 0; bit < value.size() * 8; ++bit) {
    std::string changed = value;
    changed[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(ParseRecord(1, changed), StatusIs(StatusCode::kDataLoss)) << bit;
  }
}

TEST_F(LogCodecTest, EveryTruncationIsSeen) {
  const std::string value = Write("hello");
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_THAT(ParseRecord(1, value.substr(0, size)), StatusIs(StatusCode::kDataLoss)) << size;
  }
}

TEST_F(LogCodecTest, AMessageNamesTheRequestAndTheBytes) {
  std::string value = Write("hello");
  EXPECT_THAT(ParseRecord(1, value.substr(0, 31)),
              StatusIs(StatusCode::kDataLoss,
                       "request 1 of the log: it is 31 bytes long, of at "
                       "least 32"));
  value.back() ^= 1;
  EXPECT_THAT(ParseRecord(1, value), StatusIs(StatusCode::kDataLoss, HasSubstr("from byte 32 on")));
  value[20] ^= 1;
  EXPECT_THAT(ParseRecord(1, value), StatusIs(StatusCode::kDataLoss, HasSubstr("bytes 4 to 31")));
}

TEST_F(LogCodecTest, AValueUnderAnotherKeyIsSeen) {
  EXPECT_THAT(ParseRecord(2, Write("hello")), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogCodecTest, WhatWasDamagedBetweenReceiptAndWritingIsSeen) {
  SealedRequest sealed = Seal(Request("hello"));
  sealed.bytes.back() ^= 1;
  EXPECT_THAT(ParseRecord(1, EncodeRecord(sealed, point_)), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogCodecTest, ARecordStandsNowhereButAtItsPoint) {
  const std::string first = Write("one");
  const LogPoint between = point_;
  const std::string second = Write("two");
  FC_ASSERT_OK_AND_ASSIGN(const RecordView record, ParseRecord(2, second));
  FC_EXPECT_OK(CheckStandsAt(record, between));
  EXPECT_THAT(CheckStandsAt(record, BeginningOf(kLogId)),
              StatusIs(StatusCode::kDataLoss, HasSubstr("request 1 of the log: it is missing; the "
                                                        "next there is is 2")));
  LogPoint elsewhere = between;
  elsewhere.offset += 1;
  EXPECT_THAT(CheckStandsAt(record, elsewhere),
              StatusIs(StatusCode::kDataLoss, HasSubstr("offset")));
  elsewhere = between;
  elsewhere.chain[15] ^= 1;
  EXPECT_THAT(CheckStandsAt(record, elsewhere),
              StatusIs(StatusCode::kDataLoss, HasSubstr("chain")));
}

TEST_F(LogCodecTest, AnotherLogHasAnotherChainFromTheStart) {
  EXPECT_NE(BeginningOf(kLogId).chain, BeginningOf("ffeeddccbbaa99887766554433221100").chain);
}

TEST_F(LogCodecTest, BytesThatAreNoRequestAreDamage) {
  const std::string value = EncodeRecord({.bytes = "\xff", .checksum = 0xff000000}, point_);
  FC_ASSERT_OK_AND_ASSIGN(const RecordView record, ParseRecord(1, value));
  EXPECT_THAT(ToRequest(record), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogCodecTest, KeysSortBySequence) {
  uint64_t last = 0;
  for (const uint64_t sequence : std::vector<uint64_t>{1, 2, 255, 256, 65536, 1ull << 40, ~0ull}) {
    EXPECT_LT(EncodeKey(last), EncodeKey(sequence));
    EXPECT_THAT(DecodeKey(EncodeKey(sequence)), IsOkAndHolds(sequence));
    last = sequence;
  }
}

TEST_F(LogCodecTest, AKeyOfAnotherLengthIsDamage) {
  EXPECT_THAT(DecodeKey("1234567"), StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(DecodeKey("123456789"), StatusIs(StatusCode::kDataLoss));
}

TEST_F(LogCodecTest, APointSurvivesItsBytes) {
  Write("hello");
  EXPECT_THAT(DecodePoint(EncodePoint(point_), "head"), IsOkAndHolds(point_));
}

TEST_F(LogCodecTest, ADamagedPointIsSeenAndNamed) {
  const std::string bytes = EncodePoint(point_);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] ^= 1;
    EXPECT_THAT(DecodePoint(changed, "head"),
                StatusIs(StatusCode::kDataLoss, HasSubstr("the log's head")));
  }
  EXPECT_THAT(DecodePoint(bytes.substr(1), "tail"),
              StatusIs(StatusCode::kDataLoss, HasSubstr("35 bytes long, not 36")));
}

}  // namespace
}  // namespace fluxcascade::edge
