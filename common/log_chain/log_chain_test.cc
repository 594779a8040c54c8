#include "common/log_chain/log_chain.h"

#include <string>

#include "common/crypto/encoding.h"
#include "fluxcascade/edge/v1/logged_request.pb.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

// edge/log/FORMAT.md's.
constexpr char kLogId[] = "00112233445566778899aabbccddeeff";

edge::v1::LoggedRequest Request() {
  edge::v1::LoggedRequest request;
  request.mutable_receive_time()->set_seconds(1767225600);
  request.set_hook_id("hook-1");
  request.set_body("{}");
  return request;
}

TEST(LogChainTest, TheFirstRequestIsThatOfTheFormat) {
  const Chain chain = NextChain(FirstChain(kLogId), 1, BytesInChain(Request()));
  EXPECT_EQ(HexEncode(BytesOf(chain)), "a488a24b4a5c1839ae5ed44688552b42");
}

TEST(LogChainTest, EachThingThatItCoversChangesIt) {
  const Chain first = FirstChain(kLogId);
  const Chain chain = NextChain(first, 1, "request");
  EXPECT_NE(NextChain(first, 1, "Request"), chain);
  EXPECT_NE(NextChain(first, 2, "request"), chain);
  EXPECT_NE(NextChain(FirstChain("another log"), 1, "request"), chain);
}

TEST(LogChainTest, ItDoesNotCoverWhatTheLogGives) {
  edge::v1::LoggedRequest placed = Request();
  placed.set_sequence(7);
  placed.set_chain("0123456789abcdef");
  EXPECT_EQ(BytesInChain(placed), BytesInChain(Request()));
}

TEST(LogChainTest, AnOlderReaderGetsTheSameBytes) {
  const auto& reflection = *edge::v1::LoggedRequest::GetReflection();
  edge::v1::LoggedRequest newer = Request();
  // As a field of a later version would be written.
  reflection.MutableUnknownFields(&newer)->AddLengthDelimited(100, "of a later version");
  reflection.MutableUnknownFields(&newer)->AddVarint(101, 7);
  const std::string bytes = BytesInChain(newer);
  edge::v1::LoggedRequest read;
  ASSERT_TRUE(read.ParseFromString(bytes));
  read.set_sequence(7);
  read.set_chain("0123456789abcdef");
  EXPECT_EQ(BytesInChain(read), bytes);
  EXPECT_NE(bytes, BytesInChain(Request()));
}

}  // namespace
}  // namespace fluxcascade
