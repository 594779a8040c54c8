#include "edge/http/chunked_body.h"

#include <string>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr size_t kMaxBody = 20;

struct Outcome {
  ChunkedBody::Result result = ChunkedBody::Result::kNeedMore;
  RefusalStatus status = 0;
  std::string body;
  size_t taken = 0;
};

Outcome TakeWhole(const std::string& bytes) {
  ChunkedBody chunks(kMaxBody);
  Outcome outcome;
  outcome.result = chunks.Take(bytes, &outcome.taken, &outcome.body);
  outcome.status = chunks.error_status();
  return outcome;
}

Outcome TakeByteByByte(const std::string& bytes) {
  ChunkedBody chunks(kMaxBody);
  Outcome outcome;
  for (const char c : bytes) {
    size_t taken = 0;
    outcome.result = chunks.Take(absl::string_view(&c, 1), &taken, &outcome.body);
    outcome.taken += taken;
    if (outcome.result != ChunkedBody::Result::kNeedMore) break;
  }
  outcome.status = chunks.error_status();
  return outcome;
}

Outcome Take(const std::string& bytes) {
  const Outcome whole = TakeWhole(bytes);
  const Outcome parts = TakeByteByByte(bytes);
  EXPECT_EQ(whole.result, parts.result) << bytes;
  EXPECT_EQ(whole.status, parts.status) << bytes;
  EXPECT_EQ(whole.taken, parts.taken) << bytes;
  EXPECT_EQ(whole.body, parts.body) << bytes;
  return whole;
}

TEST(ChunkedBodyTest, PutsTheChunksTogetherAndLeavesTheRest) {
  const Outcome outcome = Take("5\r\nhello\r\n1\r\n,\r\nA\r\n world 012\r\n0\r\n\r\nGET /");
  EXPECT_EQ(outcome.result, ChunkedBody::Result::kDone);
  EXPECT_EQ(outcome.body, "hello, world 012");
  EXPECT_EQ(outcome.taken,
            std::string("5\r\nhello\r\n1\r\n,\r\nA\r\n world 012\r\n0\r\n\r\n").size());
}

TEST(ChunkedBodyTest, TheBodyMayBeEmpty) {
  const Outcome outcome = Take("0\r\n\r\n");
  EXPECT_EQ(outcome.result, ChunkedBody::Result::kDone);
  EXPECT_EQ(outcome.body, "");
}

TEST(ChunkedBodyTest, DataMayHoldAnyByte) {
  const std::string data("\r\n0\r\n\r\n\0\xff", 9);
  EXPECT_EQ(Take("9\r\n" + data + "\r\n0\r\n\r\n").body, data);
}

TEST(ChunkedBodyTest, EveryBeginningNeedsMore) {
  const std::string all = "5\r\nhello\r\n0a\r\n0123456789\r\n00\r\n\r\n";
  for (size_t size = 0; size < all.size(); ++size) {
    EXPECT_EQ(Take(all.substr(0, size)).result, ChunkedBody::Result::kNeedMore) << size;
  }
  EXPECT_EQ(Take(all).result, ChunkedBody::Result::kDone);
}

TEST(ChunkedBodyTest, RefusesWhatTwoParsersCouldReadDifferently) {
  for (const char* bytes : {
           "\r\n",
           "x\r\n",
           "-1\r\n",
           "+1\r\n",
           "0x1\r\n",
           " 1\r\n",
           "1 \r\n",
           "1\t\r\n",
           "1\n",
           "1\r\r\n",
           "1;a=b\r\n",
           "1;\r\n",
           "1\r\nab\r\n",
           "1\r\na\n",
           "1\r\na\rb",
           "1\n\n",
           "0\r\nTrailer: x\r\n\r\n",
           "0\r\n\n",
           "0\n\r\n",
           "0\r\n\rx",
       }) {
    const Outcome outcome = Take(bytes);
    EXPECT_EQ(outcome.result, ChunkedBody::Result::kError) << bytes;
    EXPECT_EQ(outcome.status, 400) << bytes;
  }
}

TEST(ChunkedBodyTest, TakesABodyOfTheLimitAndNotOneByteMore) {
  EXPECT_EQ(Take("14\r\n" + std::string(20, 'x') + "\r\n0\r\n\r\n").result,
            ChunkedBody::Result::kDone);
  EXPECT_EQ(Take("15\r\n").status, 413) << "known before the data comes";
  EXPECT_EQ(Take("14\r\n" + std::string(20, 'x') + "\r\n1\r\n").status, 413);
  EXPECT_EQ(Take("ffffffff\r\n").status, 413);
}

TEST(ChunkedBodyTest, TakesASizeOfEightDigitsAndNotOfNine) {
  EXPECT_EQ(Take("00000001\r\nx\r\n00000000\r\n\r\n").body, "x");
  EXPECT_EQ(Take("000000001\r\n").status, 400);
  EXPECT_EQ(Take("1\r\nx\r\n000000000\r\n").status, 400);
}

}  // namespace
}  // namespace fluxcascade::edge
