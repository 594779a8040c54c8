#include "edge/log/append_queue.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "edge/log/log_codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::SizeIs;

const uint64_t kSize = RecordSize(10);

absl::Status Add(AppendQueue& queue, char fill = 'x') {
  WaitingAppend append = {.request = {.bytes = std::string(10, fill), .checksum = 0}, .done = {}};
  return queue.Add(append);
}

TEST(AppendQueueTest, TakesRequestsUpToTheLimitAndNotOneMore) {
  AppendQueue queue({.max_requests = 2, .max_bytes = 1000});
  FC_EXPECT_OK(Add(queue));
  FC_EXPECT_OK(Add(queue));
  EXPECT_THAT(Add(queue), StatusIs(StatusCode::kResourceExhausted, HasSubstr("2 requests")));
}

TEST(AppendQueueTest, TakesBytesUpToTheLimitAndNotOneMore) {
  AppendQueue exact({.max_requests = 100, .max_bytes = 2 * kSize});
  FC_EXPECT_OK(Add(exact));
  FC_EXPECT_OK(Add(exact));
  AppendQueue one_less({.max_requests = 100, .max_bytes = 2 * kSize - 1});
  FC_EXPECT_OK(Add(one_less));
  EXPECT_THAT(Add(one_less), StatusIs(StatusCode::kResourceExhausted));
}

TEST(AppendQueueTest, ARefusedRequestStaysWithItsOwner) {
  AppendQueue queue({.max_requests = 0, .max_bytes = 1000});
  WaitingAppend append = {.request = {.bytes = "kept", .checksum = 0}, .done = {}};
  EXPECT_FALSE(queue.Add(append).ok());
  EXPECT_EQ(append.request.bytes, "kept");
}

TEST(AppendQueueTest, AGroupIsTheOldestThatFit) {
  AppendQueue queue({.max_requests = 100, .max_bytes = 1000});
  for (const char fill : {'a', 'b', 'c'}) FC_ASSERT_OK(Add(queue, fill));
  const std::vector<WaitingAppend> two = queue.TakeGroup(3 * kSize - 1);
  ASSERT_THAT(two, SizeIs(2));
  EXPECT_EQ(two[0].request.bytes[0], 'a');
  EXPECT_EQ(two[1].request.bytes[0], 'b');
  EXPECT_EQ(queue.bytes(), kSize);
  EXPECT_THAT(queue.TakeGroup(kSize), SizeIs(1));
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(AppendQueueTest, AGroupHoldsAtLeastOneHoweverLarge) {
  AppendQueue queue({.max_requests = 100, .max_bytes = 1000});
  FC_ASSERT_OK(Add(queue));
  EXPECT_THAT(queue.TakeGroup(1), SizeIs(1));
  EXPECT_THAT(queue.TakeGroup(1), SizeIs(0));
}

TEST(AppendQueueTest, TakingMakesRoom) {
  AppendQueue queue({.max_requests = 1, .max_bytes = kSize});
  FC_EXPECT_OK(Add(queue));
  queue.TakeGroup(kSize);
  FC_EXPECT_OK(Add(queue));
}

}  // namespace
}  // namespace fluxcascade::edge
