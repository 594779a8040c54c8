#include "edge/verify/signed_parts.h"

#include <string>

#include "absl/strings/str_join.h"
#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using Part = v1::SignedPart;

constexpr RejectionReason kMissing = v1::RejectedRequest::REASON_SIGNED_HEADER_MISSING;
constexpr RejectionReason kMalformed = v1::RejectedRequest::REASON_SIGNED_HEADER_MALFORMED;

class SignedPartsTest : public testing::Test {
 protected:
  Part& Add(Part::Part part) {
    Part& added = *recipe_.add_parts();
    added.set_part(part);
    return added;
  }
  void AddLiteral(const char* text) { Add(Part::PART_LITERAL).set_literal(text); }
  void AddHeader(const char* name) { Add(Part::PART_HEADER).set_header(name); }

  std::string Read(absl::string_view secret = "secret") {
    const SignedParts parts = *SignedParts::Compile(recipe_.parts(), kTestUrl);
    SignedPieces pieces;
    refusal_ = parts.Read(request_.View(), "17", pieces);
    return absl::StrJoin(pieces.With(secret), "|");
  }

  v1::DigestRecipe recipe_;
  OwnedRequest request_{.headers = {{"X-Id", "msg_1"}}, .body = "[]"};
  Refusal refusal_;
};

TEST_F(SignedPartsTest, PartsStandInTheirOrder) {
  AddLiteral("v0:");
  Add(Part::PART_TIMESTAMP);
  Add(Part::PART_SECRET);
  AddHeader("x-id");
  Add(Part::PART_BODY);
  Add(Part::PART_METHOD);
  EXPECT_EQ(Read(), "v0:|17|secret|msg_1|[]|POST");
  EXPECT_EQ(Read("other"), "v0:|17|other|msg_1|[]|POST");
}

TEST_F(SignedPartsTest, AUriIsDecodedWithTheQueryAndWithout) {
  Add(Part::PART_PUBLIC_URI).set_uri_decoding(Part::URI_DECODING_NONE);
  Add(Part::PART_PUBLIC_URI).set_uri_decoding(Part::URI_DECODING_RESERVED_CHARACTERS);
  EXPECT_EQ(Read(), std::string(kTestUrl) + "|" + kTestUrl);
  request_.query = "a=%2F";
  EXPECT_EQ(Read(), std::string(kTestUrl) + "?a=%2F|" + kTestUrl + "?a=/");
}

TEST_F(SignedPartsTest, ASignedHeaderMustBeThereOnce) {
  AddHeader("x-id");
  Add(Part::PART_BODY);
  request_.headers.emplace_back("x-id", "msg_1");
  Read();
  EXPECT_EQ(refusal_, kMalformed);
  request_.headers.clear();
  Read();
  EXPECT_EQ(refusal_, kMissing);
  request_.headers.emplace_back("X-ID", "");
  EXPECT_EQ(Read(), "|[]");
  EXPECT_EQ(refusal_, std::nullopt);
}

// Signed for `a.1.{}`: the id `a` at the time 1, or an id `a.1` with an older or younger rest.
TEST_F(SignedPartsTest, AHeaderThatHoldsTheLiteralBehindItIsMalformed) {
  AddHeader("x-id");
  AddLiteral(".");
  Add(Part::PART_BODY);
  request_.headers[0].second = "a.1";
  Read();
  EXPECT_EQ(refusal_, kMalformed);
  request_.headers[0].second = "a-1";
  Read();
  EXPECT_EQ(refusal_, std::nullopt);
}

TEST_F(SignedPartsTest, ALiteralElsewhereDoesNotMatter) {
  AddLiteral(".");
  AddHeader("x-id");
  Add(Part::PART_BODY);
  AddLiteral(".");
  request_.headers[0].second = "a.1";
  EXPECT_EQ(Read(), ".|a.1|[]|.");
}

TEST_F(SignedPartsTest, KnowsWhatItHas) {
  AddHeader("x-id");
  const SignedParts parts = *SignedParts::Compile(recipe_.parts(), kTestUrl);
  EXPECT_TRUE(parts.Has(Part::PART_HEADER));
  EXPECT_FALSE(parts.Has(Part::PART_BODY));
  EXPECT_TRUE(parts.HasHeader("X-Id"));
  EXPECT_FALSE(parts.HasHeader("x-i"));
  EXPECT_FALSE(parts.HasHeader(""));
}

TEST(SignedPiecesTest, CanBeJoined) {
  SignedPieces pieces;
  pieces.Add("a");
  pieces.AddOwned("b");
  EXPECT_EQ(absl::StrJoin(pieces.With(""), "|"), "a|b");
  pieces.Join();
  EXPECT_EQ(absl::StrJoin(pieces.With(""), "|"), "ab");
}

}  // namespace
}  // namespace fluxcascade::edge
