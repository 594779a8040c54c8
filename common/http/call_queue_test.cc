#include "common/http/call_queue.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CallQueueTest : public testing::Test {
 protected:
  // The request's body is its name.
  bool Push(const std::string& host, const std::string& name,
            absl::Duration deadline = absl::Seconds(100)) {
    HttpCall call = {.request = {.body = name}, .url = {.host = host}, .deadline = deadline};
    return queue_.Push(call);
  }

  std::vector<std::string> PopAll() {
    std::vector<std::string> names;
    while (auto call = queue_.Pop()) names.push_back(call->request.body);
    return names;
  }

  static std::vector<std::string> Names(const std::vector<HttpCall>& calls) {
    std::vector<std::string> names;
    for (const HttpCall& call : calls) names.push_back(call.request.body);
    return names;
  }

  CallQueue queue_{5, 2};
};

TEST_F(CallQueueTest, CallsOfOneHostGoInOrder) {
  Push("a", "a1");
  Push("a", "a2");
  EXPECT_THAT(PopAll(), ElementsAre("a1", "a2"));
}

TEST_F(CallQueueTest, HostsTakeTurns) {
  Push("a", "a1");
  Push("a", "a2");
  Push("b", "b1");
  Push("b", "b2");
  EXPECT_THAT(PopAll(), ElementsAre("a1", "b1", "a2", "b2"));
}

TEST_F(CallQueueTest, AHostAtItsLimitDoesNotHoldOthers) {
  Push("a", "a1");
  Push("a", "a2");
  Push("a", "a3");
  Push("b", "b1");
  EXPECT_THAT(PopAll(), ElementsAre("a1", "b1", "a2"));
  queue_.Finish("a");
  EXPECT_THAT(PopAll(), ElementsAre("a3"));
}

TEST_F(CallQueueTest, PortsMakeHostsOfTheirOwn) {
  HttpCall other = {.request = {.body = "other"}, .url = {.host = "a", .port = 8443}};
  Push("a", "a1");
  Push("a", "a2");
  ASSERT_TRUE(queue_.Push(other));
  EXPECT_THAT(PopAll(), ElementsAre("a1", "other", "a2"));
}

TEST_F(CallQueueTest, OneMoreThanTheLimitIsNotTaken) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Push("a", "x"));
  HttpCall sixth = {.request = {.body = "sixth"}, .url = {.host = "b"}};
  EXPECT_FALSE(queue_.Push(sixth));
  EXPECT_EQ(sixth.request.body, "sixth");
  queue_.Pop();
  EXPECT_TRUE(queue_.Push(sixth));
}

TEST_F(CallQueueTest, ExpiredCallsAreTakenByTheirDeadlines) {
  EXPECT_EQ(queue_.next_deadline(), absl::InfiniteDuration());
  Push("a", "late", absl::Seconds(3));
  Push("b", "early", absl::Seconds(1));
  Push("a", "middle", absl::Seconds(2));
  EXPECT_EQ(queue_.next_deadline(), absl::Seconds(1));
  EXPECT_THAT(queue_.TakeExpired(absl::Seconds(1) - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(Names(queue_.TakeExpired(absl::Seconds(2))), ElementsAre("early", "middle"));
  EXPECT_EQ(queue_.next_deadline(), absl::Seconds(3));
  EXPECT_THAT(PopAll(), ElementsAre("late"));
  EXPECT_EQ(queue_.next_deadline(), absl::InfiniteDuration());
}

TEST_F(CallQueueTest, AHostWhoseCallsHaveExpiredComesBack) {
  Push("a", "a1", absl::Seconds(1));
  queue_.TakeExpired(absl::Seconds(1));
  Push("a", "a2");
  Push("b", "b1");
  EXPECT_THAT(PopAll(), ElementsAre("a2", "b1"));
  queue_.Finish("a");
  queue_.Finish("b");
  Push("a", "a3", absl::Seconds(1));
  queue_.TakeExpired(absl::Seconds(1));
  EXPECT_THAT(PopAll(), IsEmpty());
  Push("a", "a4");
  EXPECT_THAT(PopAll(), ElementsAre("a4"));
}

TEST_F(CallQueueTest, TakeAllLeavesWhatIsUnderWay) {
  Push("a", "a1");
  queue_.Pop();
  Push("a", "a2", absl::InfiniteDuration());
  Push("b", "b1");
  EXPECT_THAT(Names(queue_.TakeAll()), ElementsAre("b1", "a2"));
  EXPECT_THAT(PopAll(), IsEmpty());
  queue_.Finish("a");
}

}  // namespace
}  // namespace fluxcascade
