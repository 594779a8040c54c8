#include "edge/http/reply_queue.h"

#include <string>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class ReplyQueueTest : public testing::Test {
 protected:
  std::string Take() {
    std::string out;
    queue_.TakeReady(&out, "");
    return out;
  }

  const Reply a_{"a", "", "!"};
  const Reply b_{"b", "", "!"};
  ReplyQueue queue_;
};

TEST_F(ReplyQueueTest, AnAnswerWaitsForThoseBeforeIt) {
  const uint64_t first = queue_.Push(false, absl::Seconds(1));
  const uint64_t second = queue_.Push(false, absl::Seconds(2));
  EXPECT_TRUE(queue_.Answer(second, b_));
  EXPECT_EQ(Take(), "");
  EXPECT_EQ(queue_.waiting_since(), absl::Seconds(1));
  EXPECT_TRUE(queue_.Answer(first, a_));
  EXPECT_EQ(Take(), "ab");
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.waiting_since(), absl::InfiniteDuration());
}

TEST_F(ReplyQueueTest, ARequestIsAnsweredOnce) {
  const uint64_t id = queue_.Push(false, absl::ZeroDuration());
  EXPECT_TRUE(queue_.Answer(id, a_));
  EXPECT_FALSE(queue_.Answer(id, b_));
  EXPECT_EQ(Take(), "a");
  EXPECT_FALSE(queue_.Answer(id, b_));
  EXPECT_FALSE(queue_.Answer(id + 1, b_));
}

TEST_F(ReplyQueueTest, AnswersWhatIsLeftAndCloses) {
  const uint64_t first = queue_.Push(false, absl::ZeroDuration());
  const uint64_t second = queue_.Push(false, absl::ZeroDuration());
  queue_.Push(false, absl::ZeroDuration());
  EXPECT_TRUE(queue_.Answer(second, a_));
  EXPECT_EQ(queue_.AnswerAll(b_), 2u);
  EXPECT_FALSE(queue_.Answer(first, a_));
  EXPECT_EQ(Take(), "bab!");
}

TEST_F(ReplyQueueTest, OnlyTheLastAnswerCloses) {
  queue_.CloseAfterLast();
  const uint64_t first = queue_.Push(false, absl::ZeroDuration());
  const uint64_t second = queue_.Push(false, absl::ZeroDuration());
  queue_.CloseAfterLast();
  queue_.Answer(first, a_);
  queue_.Answer(second, b_);
  EXPECT_EQ(Take(), "ab!");
}

}  // namespace
}  // namespace fluxcascade::edge
