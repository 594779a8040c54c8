// Every change of a signed request that alters the signed string, and every signature that is not
// written in its one canonical way, is refused.

#include <functional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "edge/verify/digest_check.h"
#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

Refusal Judge(const v1::DigestRecipe& recipe, OwnedRequest& request) {
  return DigestCheck::Compile(recipe, kTestUrl)->Check(request.View(), kTestSentAt);
}

std::string& Signature(OwnedRequest& request) { return request.headers[0].second; }
std::string& Timestamp(OwnedRequest& request) { return request.headers[1].second; }
std::string& Id(OwnedRequest& request) { return request.headers.back().second; }

v1::DigestRecipe PrefixedHex() {
  v1::DigestRecipe recipe = TimedHmac();
  recipe.set_encoding(v1::DigestRecipe::ENCODING_HEX);
  recipe.set_prefix("sha256=");
  return recipe;
}

struct Tampering {
  std::string name;
  std::function<v1::DigestRecipe()> recipe;
  std::function<void(OwnedRequest&)> change;
  RejectionReason reason;
};

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_SIGNATURE_MISSING;
constexpr RejectionReason kMalformed = v1::RejectedRequest::REASON_SIGNATURE_MALFORMED;
constexpr RejectionReason kMismatch = v1::RejectedRequest::REASON_SIGNATURE_MISMATCH;
constexpr RejectionReason kNoTime = v1::RejectedRequest::REASON_TIMESTAMP_MISSING;
constexpr RejectionReason kNoSignedHeader = v1::RejectedRequest::REASON_SIGNED_HEADER_MISSING;
constexpr RejectionReason kBadSignedHeader = v1::RejectedRequest::REASON_SIGNED_HEADER_MALFORMED;
constexpr RejectionReason kBadTime = v1::RejectedRequest::REASON_TIMESTAMP_MALFORMED;

using Request = OwnedRequest;

std::vector<Tampering> ChangedStrings() {
  return {
      {"Method", TimedHmac, [](Request& r) { r.method = "PUT"; }, kMismatch},
      {"MethodCase", TimedHmac, [](Request& r) { r.method = "post"; }, kMismatch},
      {"QueryRemoved", TimedHmac, [](Request& r) { r.query.reset(); }, kMismatch},
      {"QueryEmptied", TimedHmac, [](Request& r) { r.query = ""; }, kMismatch},
      {"QueryByte", TimedHmac, [](Request& r) { r.query = "a=1%2F3"; }, kMismatch},
      {"QueryAddition", TimedHmac, [](Request& r) { *r.query += "&b=2"; }, kMismatch},
      {"BodyByte", TimedHmac, [](Request& r) { r.body[1] = '['; }, kMismatch},
      {"BodyAppended", TimedHmac, [](Request& r) { r.body += '\n'; }, kMismatch},
      {"BodyCutShort", TimedHmac, [](Request& r) { r.body.pop_back(); }, kMismatch},
      {"BodyEmptied", TimedHmac, [](Request& r) { r.body.clear(); }, kMismatch},
      {"BodyNulByte", TimedHmac, [](Request& r) { r.body += '\0'; }, kMismatch},
      {"TimestampDigit", TimedHmac, [](Request& r) { Timestamp(r).back() = '1'; }, kMismatch},
      {"TimestampLeadingZero", TimedHmac, [](Request& r) { Timestamp(r).insert(0, "0"); },
       kMismatch},
      {"BodyByteOfAHash", HashOfBody, [](Request& r) { r.body[1] = '['; }, kMismatch},
      {"MethodOfAHash", HashOfRequest, [](Request& r) { r.method = "GET"; }, kMismatch},
      {"QueryOfAHash", HashOfRequest, [](Request& r) { r.query = "a=2"; }, kMismatch},
  };
}

std::vector<Tampering> ChangedBase64() {
  return {
      {"SignatureByte", TimedHmac,
       [](Request& r) { Signature(r)[0] = Signature(r)[0] == 'A' ? 'B' : 'A'; }, kMismatch},
      {"Empty", TimedHmac, [](Request& r) { Signature(r) = ""; }, kMalformed},
      {"WithoutPadding", TimedHmac, [](Request& r) { Signature(r).pop_back(); }, kMalformed},
      {"MorePadding", TimedHmac, [](Request& r) { Signature(r) += "="; }, kMalformed},
      {"TrailingBits", TimedHmac,
       [](Request& r) { ++Signature(r)[42]; },  // of a character whose low two bits are spare
       kMalformed},
      {"LeadingSpace", TimedHmac, [](Request& r) { Signature(r).insert(0, " "); }, kMalformed},
      {"TrailingSpace", TimedHmac, [](Request& r) { Signature(r) += " "; }, kMalformed},
      {"InnerNewline", TimedHmac, [](Request& r) { Signature(r).insert(20, "\n"); }, kMalformed},
      {"TruncatedToWholeBytes", TimedHmac, [](Request& r) { Signature(r).resize(40); }, kMalformed},
      {"TwoInOneHeader", TimedHmac, [](Request& r) { Signature(r) += "," + Signature(r); },
       kMalformed},
      {"UrlAlphabet", TimedHmac, [](Request& r) { Signature(r)[3] = '-'; }, kMalformed},
  };
}

std::vector<Tampering> ChangedHex() {
  return {
      {"UpperCase", HashOfBody,
       [](Request& r) {
         for (char& c : Signature(r)) c = absl::ascii_toupper(c);
       },
       kMalformed},
      {"OddLength", HashOfBody, [](Request& r) { Signature(r).pop_back(); }, kMalformed},
      {"OneByteShort", HashOfBody, [](Request& r) { Signature(r).resize(62); }, kMalformed},
      {"OneByteLong", HashOfBody, [](Request& r) { Signature(r) += "00"; }, kMalformed},
      {"HexPrefix", HashOfBody, [](Request& r) { Signature(r).insert(0, "0x"); }, kMalformed},
      {"PrefixMissing", PrefixedHex, [](Request& r) { Signature(r).erase(0, 7); }, kMalformed},
      {"PrefixCase", PrefixedHex, [](Request& r) { Signature(r)[0] = 'S'; }, kMalformed},
      {"PrefixTwice", PrefixedHex, [](Request& r) { Signature(r).insert(0, "sha256="); },
       kMalformed},
      {"PrefixAlone", PrefixedHex, [](Request& r) { Signature(r).resize(7); }, kMalformed},
      {"PrefixUnasked", HashOfBody, [](Request& r) { Signature(r).insert(0, "sha256="); },
       kMalformed},
  };
}

std::vector<Tampering> ChangedHeaders() {
  return {
      {"NoSignature", TimedHmac, [](Request& r) { r.headers.erase(r.headers.begin()); }, kMissing},
      {"TwoSignatures", TimedHmac, [](Request& r) { r.headers.push_back(r.headers[0]); },
       kMalformed},
      {"TwoSignaturesInTwoCases", TimedHmac,
       [](Request& r) { r.headers.emplace_back("X-SIGNATURE-V3", Signature(r)); }, kMalformed},
      {"NoTimestamp", TimedHmac, [](Request& r) { r.headers.erase(r.headers.begin() + 1); },
       kNoTime},
      {"TwoTimestamps", TimedHmac, [](Request& r) { r.headers.push_back(r.headers[1]); }, kBadTime},
      {"TimestampSigned", TimedHmac, [](Request& r) { Timestamp(r).insert(0, "+"); }, kBadTime},
      {"TimestampSpaced", TimedHmac, [](Request& r) { Timestamp(r).insert(0, " "); }, kBadTime},
  };
}

std::vector<Tampering> ChangedStandardWebhooks(const char* suffix, v1::DigestRecipe (*recipe)()) {
  const auto named = [suffix](const char* name) { return absl::StrCat(name, suffix); };
  return {
      {named("Body"), recipe, [](Request& r) { r.body += " "; }, kMismatch},
      {named("Id"), recipe, [](Request& r) { Id(r) = "msg_2"; }, kMismatch},
      {named("IdCase"), recipe, [](Request& r) { Id(r) = "MSG_1"; }, kMismatch},
      {named("NoId"), recipe, [](Request& r) { r.headers.pop_back(); }, kNoSignedHeader},
      {named("TwoIds"), recipe, [](Request& r) { r.headers.push_back(r.headers.back()); },
       kBadSignedHeader},
      {named("IdWithADot"), recipe, [](Request& r) { Id(r) = "msg.1"; }, kBadSignedHeader},
      {named("Timestamp"), recipe, [](Request& r) { ++Timestamp(r).back(); }, kMismatch},
      {named("OtherVersion"), recipe, [](Request& r) { Signature(r)[1] = '2'; }, kMissing},
      {named("PrefixAlone"), recipe,
       [](Request& r) { Signature(r).resize(Signature(r).find(',') + 1); }, kMalformed},
      {named("WithoutPadding"), recipe, [](Request& r) { Signature(r).pop_back(); }, kMalformed},
      {named("SignatureByte"), recipe,
       [](Request& r) {
         char& c = Signature(r)[10];
         c = c == 'A' ? 'B' : 'A';
       },
       kMismatch},
      {named("SeparatedByACommaInstead"), recipe,
       [](Request& r) { Signature(r) += "," + Signature(r); }, kMalformed},
  };
}

std::vector<Tampering> ChangedItems() {
  return {
      {"ItemBody", TimedItems, [](Request& r) { r.body += " "; }, kMismatch},
      {"ItemTimestamp", TimedItems, [](Request& r) { ++Signature(r)[11]; }, kMismatch},
      {"ItemTimestampGone", TimedItems,
       [](Request& r) { Signature(r).erase(0, Signature(r).find(',') + 1); }, kNoTime},
      {"ItemTimestampTwice", TimedItems, [](Request& r) { Signature(r) += ",t=1"; }, kBadTime},
      {"ItemSignatureGone", TimedItems,
       [](Request& r) { Signature(r).resize(Signature(r).find(',')); }, kMissing},
      {"ItemOfAnotherScheme", TimedItems,
       [](Request& r) { Signature(r)[Signature(r).find("v1") + 1] = '0'; }, kMissing},
      {"ItemInUpperCase", TimedItems,
       [](Request& r) {
         for (char& c : Signature(r)) c = absl::ascii_toupper(c);
       },
       kMissing},
      {"ItemCutShort", TimedItems, [](Request& r) { Signature(r).pop_back(); }, kMalformed},
      {"ItemOtherSeparator", TimedItems,
       [](Request& r) { Signature(r)[Signature(r).find(',')] = ';'; }, kMissing},
      {"ElevenItems", TimedItems,
       [](Request& r) {
         for (int i = 0; i < 10; ++i) Signature(r) += ",v1=00";
       },
       kMalformed},
  };
}

class TamperedRequestsTest : public testing::TestWithParam<Tampering> {};

TEST_P(TamperedRequestsTest, IsRefused) {
  const v1::DigestRecipe recipe = GetParam().recipe();
  OwnedRequest request = SignedRequestOf(recipe);
  ASSERT_EQ(Judge(recipe, request), std::nullopt) << "before the change";
  GetParam().change(request);
  EXPECT_EQ(Judge(recipe, request), GetParam().reason);
}

std::string NameOf(const testing::TestParamInfo<Tampering>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(SignedString, TamperedRequestsTest, testing::ValuesIn(ChangedStrings()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Base64, TamperedRequestsTest, testing::ValuesIn(ChangedBase64()), NameOf);
INSTANTIATE_TEST_SUITE_P(Hex, TamperedRequestsTest, testing::ValuesIn(ChangedHex()), NameOf);
INSTANTIATE_TEST_SUITE_P(Headers, TamperedRequestsTest, testing::ValuesIn(ChangedHeaders()),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(StandardWebhooks, TamperedRequestsTest,
                         testing::ValuesIn(ChangedStandardWebhooks("OfAKey",
                                                                   StandardWebhookOfAKey)),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(StandardWebhooksOfASecret, TamperedRequestsTest,
                         testing::ValuesIn(ChangedStandardWebhooks("OfASecret", StandardWebhook)),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(Items, TamperedRequestsTest, testing::ValuesIn(ChangedItems()), NameOf);

TEST(EveryByteTest, AnyOtherBitOfTheBodyIsRefused) {
  const v1::DigestRecipe recipe = TimedHmac();
  OwnedRequest request = SignedRequestOf(recipe);
  for (size_t bit = 0; bit < request.body.size() * 8; ++bit) {
    request.body[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_EQ(Judge(recipe, request), kMismatch) << "bit " << bit;
    request.body[bit / 8] ^= static_cast<char>(1 << (bit % 8));
  }
}

TEST(EquivalentRequestsTest, WhatTheSignedStringDoesNotShowIsAccepted) {
  const v1::DigestRecipe recipe = TimedHmac();
  OwnedRequest decoded = SignedRequestOf(recipe);
  decoded.query = "a=1/2";
  EXPECT_EQ(Judge(recipe, decoded), std::nullopt);

  OwnedRequest lower_case = SignedRequestOf(recipe);
  lower_case.query = "a=1%2f2";
  EXPECT_EQ(Judge(recipe, lower_case), std::nullopt);

  OwnedRequest more_headers = SignedRequestOf(recipe);
  more_headers.headers.emplace_back("X-Signature", "another scheme's");
  EXPECT_EQ(Judge(recipe, more_headers), std::nullopt);
}

}  // namespace
}  // namespace fluxcascade::edge
