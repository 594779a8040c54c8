#include "edge/verify/signature_header.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/crypto/encoding.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_SIGNATURE_MISSING;
constexpr RejectionReason kMalformed = v1::RejectedRequest::REASON_SIGNATURE_MALFORMED;

// Signatures of four bytes, in hex.
class SignatureHeaderTest : public testing::Test {
 protected:
  SignatureHeaderTest() {
    recipe_.set_header("x-signatures");
    recipe_.set_encoding(v1::DigestRecipe::ENCODING_HEX);
  }

  void List(const char* separator, const char* prefix) {
    recipe_.set_separator(separator);
    recipe_.set_prefix(prefix);
  }

  SignatureHeader::Reading Read(const std::vector<RawHeader>& headers) {
    return SignatureHeader::Compile(recipe_, 4)->Read({.headers = headers});
  }

  // In hex again.
  std::vector<std::string> Found(absl::string_view value) {
    const SignatureHeader::Reading reading = Read({{"X-Signatures", value}});
    EXPECT_EQ(reading.refusal.has_value(), reading.signatures.empty()) << value;
    std::vector<std::string> found;
    for (const std::string& bytes : reading.signatures) found.push_back(HexEncode(bytes));
    return found;
  }
  Refusal RefusalOf(absl::string_view value) { return Read({{"X-Signatures", value}}).refusal; }

  v1::DigestRecipe recipe_;
};

TEST_F(SignatureHeaderTest, WithoutASeparatorTheValueIsTheSignature) {
  EXPECT_THAT(Found("00112233"), ElementsAre("00112233"));
  EXPECT_EQ(RefusalOf("00112233,44556677"), kMalformed);
  EXPECT_EQ(RefusalOf(""), kMalformed);
  recipe_.set_prefix("v1=");
  EXPECT_THAT(Found("v1=00112233"), ElementsAre("00112233"));
  EXPECT_EQ(RefusalOf("00112233"), kMalformed);
}

TEST_F(SignatureHeaderTest, NoHeaderIsMissingAndTwoAreMalformed) {
  EXPECT_EQ(Read({}).refusal, kMissing);
  EXPECT_EQ(Read({{"x-signatures", "00112233"}, {"X-Signatures", "00112233"}}).refusal, kMalformed);
}

TEST_F(SignatureHeaderTest, OfAListEachItemWithThePrefixIsASignature) {
  List(",", "v1=");
  EXPECT_THAT(Found("v1=00112233"), ElementsAre("00112233"));
  EXPECT_THAT(Found("t=17,v1=00112233,v0=ffffffff,v1=44556677"),
              ElementsAre("00112233", "44556677"));
  EXPECT_THAT(Found("v1=00112233, v1=44556677 ,,"), ElementsAre("00112233", "44556677"));
}

TEST_F(SignatureHeaderTest, AListMayBeSeparatedBySpaces) {
  List(" ", "v1,");
  EXPECT_THAT(Found("v1a,ffff v1,00112233  v1,44556677 v2,x"), ElementsAre("00112233", "44556677"));
}

TEST_F(SignatureHeaderTest, AListWithoutAnItemForUsIsMissing) {
  List(" ", "v1,");
  for (const char* value : {"", " ", "v1a,00112233", "V1,00112233", "00112233", "xv1,00112233"}) {
    EXPECT_EQ(RefusalOf(value), kMissing) << value;
  }
}

TEST_F(SignatureHeaderTest, WhatIsNoSignatureIsPassedOverIfThereIsOne) {
  List(",", "v1=");
  EXPECT_THAT(Found("v1=,v1=001122,v1=0011223344,v1=AABBCCDD,v1=00112233"),
              ElementsAre("00112233"));
  EXPECT_EQ(RefusalOf("v1=,v1=001122"), kMalformed);
}

TEST_F(SignatureHeaderTest, TenSignaturesAreReadAndElevenAreRefused) {
  List(",", "v1=");
  std::vector<std::string> items(10, "v1=00112233");
  items.push_back("t=17");
  EXPECT_THAT(Found(absl::StrJoin(items, ",")), SizeIs(10));
  items.push_back("v1=00112233");
  EXPECT_EQ(RefusalOf(absl::StrJoin(items, ",")), kMalformed);
  EXPECT_THAT(Found(absl::StrJoin(items, ",")), IsEmpty());
  items.back() = "v1=";
  EXPECT_EQ(RefusalOf(absl::StrJoin(items, ",")), kMalformed) << "those that are none count, too";
}

}  // namespace
}  // namespace fluxcascade::edge
