#include "tests/sandbox/hubspot/webhook_queue.h"

#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

constexpr WebhookLane kLane = {7, 62515};

class WebhookQueueTest : public testing::Test {
 protected:
  void Add(int count, const WebhookLane& lane = kLane) {
    for (int i = 0; i < count; ++i) queue_.Add(lane, {{"eventId", i}}, now_);
  }
  std::optional<WebhookBatch> Take() {
    return queue_.Take(now_, [](int64_t) { return 2; });
  }
  void PassWindow() { now_ += queue_.settings().batch_window; }

  absl::Time now_ = absl::FromUnixSeconds(1767225600);
  WebhookQueue queue_;
};

TEST_F(WebhookQueueTest, EventsOfAShortWhileGoTogether) {
  Add(1);
  now_ += absl::Milliseconds(49);
  Add(2);
  EXPECT_FALSE(Take().has_value());
  EXPECT_EQ(queue_.NextDue(), now_ + absl::Milliseconds(1));
  now_ += absl::Milliseconds(1);
  EXPECT_EQ(Take()->events.size(), 3);
}

TEST_F(WebhookQueueTest, AFullBatchDoesNotWaitAndHoldsAHundred) {
  Add(100);
  EXPECT_EQ(Take()->events.size(), 100);
  Add(101);
  EXPECT_EQ(Take()->events.size(), 100);
  EXPECT_FALSE(Take().has_value());
}

TEST_F(WebhookQueueTest, KeepsToTheConcurrencyOfALane) {
  Add(250);
  Add(1, {8, 62515});
  PassWindow();
  const std::optional<WebhookBatch> first = Take();
  ASSERT_TRUE(Take().has_value());
  EXPECT_EQ(Take()->lane.app_id, 8) << "the other app's lane is free";
  EXPECT_FALSE(Take().has_value());
  queue_.Done(*first, true, now_, 0.5);
  EXPECT_EQ(Take()->events.size(), 50);
}

TEST_F(WebhookQueueTest, AFailedBatchIsRetriedTenTimesWithARisingAttempt) {
  Add(1);
  PassWindow();
  WebhookBatch batch = *Take();
  for (int attempt = 0; attempt < WebhookQueue::kMaxRetries; ++attempt) {
    EXPECT_EQ(batch.attempt, attempt);
    EXPECT_TRUE(queue_.Done(batch, false, now_, 0));
    EXPECT_FALSE(Take().has_value());
    now_ = queue_.NextDue();
    batch = *Take();
  }
  EXPECT_FALSE(queue_.Done(batch, false, now_, 0));
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteFuture());
  EXPECT_EQ(queue_.unfinished(), 0);
}

TEST_F(WebhookQueueTest, RetriesSpreadOverADayAndCanBeCompressed) {
  absl::Duration sum;
  for (int i = 0; i < WebhookQueue::kMaxRetries; ++i) sum += WebhookRetryDelay(i, 0);
  EXPECT_GT(sum, absl::Hours(23));
  EXPECT_LE(sum, absl::Hours(24));
  EXPECT_LT(WebhookRetryDelay(3, 0.9), WebhookRetryDelay(3, 0.1));

  WebhookQueueSettings settings;
  settings.retry_time_scale = 0.001;
  queue_.set_settings(settings);
  Add(1);
  PassWindow();
  queue_.Done(*Take(), false, now_, 0);
  EXPECT_EQ(queue_.NextDue(), now_ + absl::Milliseconds(60));
}

TEST_F(WebhookQueueTest, RetriesCanBeTurnedOff) {
  WebhookQueueSettings settings;
  settings.retries = false;
  queue_.set_settings(settings);
  Add(1);
  PassWindow();
  EXPECT_FALSE(queue_.Done(*Take(), false, now_, 0));
  EXPECT_EQ(queue_.unfinished(), 0);
}

TEST_F(WebhookQueueTest, CanSendDuplicatesWithTheSameAttempt) {
  WebhookQueueSettings settings;
  settings.duplicate_percent = 50;
  queue_.set_settings(settings);
  Add(1);
  PassWindow();
  EXPECT_TRUE(queue_.Done(*Take(), true, now_, 0.49));
  const WebhookBatch again = *Take();
  EXPECT_EQ(again.attempt, 0);
  EXPECT_FALSE(queue_.Done(again, true, now_, 0));
}

TEST_F(WebhookQueueTest, ABatchThatEndsAfterAClearIsForgotten) {
  Add(1);
  PassWindow();
  const WebhookBatch batch = *Take();
  queue_.Clear();
  EXPECT_FALSE(queue_.Done(batch, false, now_, 0));
  EXPECT_EQ(queue_.unfinished(), 0);
}

}  // namespace
}  // namespace fluxcascade::sandbox
