// When senders are answered, through a whole edge: HTTPS, the log on disk, and the link.

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "common/net/testing/tls_test_client.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/edge_for_test.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::StartsWith;
using Kind = v1::ConnectRequest;

// Longer than any test takes.
constexpr absl::Duration kLong = absl::Seconds(10);
constexpr int kWaits = 0;
constexpr int kLocal = 1;

class EdgeAckTest : public testing::Test {
 protected:
  // Two hooks: one that waits for the control plane, and one that does not.
  void Start(absl::Duration fallback_after) {
    config_ =
        EdgeForTest::ConfigOf(1, {EdgeForTest::ControlPlane(fallback_after), EdgeForTest::Local()});
    FC_ASSERT_OK(edge_.Start());
    ASSERT_TRUE(control_plane_.NextHello().has_value());
    Configure();
  }

  void Configure() {
    ASSERT_TRUE(control_plane_.SendConfig(config_));
    const auto result = control_plane_.Next(Kind::kConfigResult);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->config_result().error(), "");
  }

  // How many requests come after `after`; waits for one.
  int PullAfter(uint64_t after) {
    EXPECT_TRUE(control_plane_.SendPull(after, 10000));
    const auto batch = control_plane_.Next(Kind::kBatch);
    return batch.has_value() ? batch->batch().requests_size() : 0;
  }

  // As the edge reports them now: a configuration has it say how it fares at once.
  uint64_t Fallbacks() {
    Configure();
    const auto status = control_plane_.Next(Kind::kStatus);
    EXPECT_TRUE(status.has_value());
    return status.has_value() ? status->status().local_fallbacks() : 0;
  }

  // The answer to what was sent on `client`, once it comes.
  static std::future<std::string> Answer(TlsTestClient& client) {
    return std::async(std::launch::async, [&client] { return client.ReceiveResponse(); });
  }
  static bool HasCome(const std::future<std::string>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }

  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  EdgeForTest edge_{authority_, control_plane_};
  v1::Config config_;
};

TEST_F(EdgeAckTest, TheSenderIsAnsweredOnceTheControlPlaneHasCommitted) {
  Start(kLong);
  const auto client = edge_.Connect();
  ASSERT_TRUE(client->Send(EdgeForTest::Webhook("[1]", kWaits)));
  std::future<std::string> answer = Answer(*client);
  EXPECT_EQ(PullAfter(0), 1) << "what waits is handed over at once";
  // Its answer would have gone before this one's.
  EXPECT_THAT(edge_.Post("[2]", kLocal), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(HasCome(answer));
  ASSERT_TRUE(control_plane_.SendAck(1));
  EXPECT_THAT(answer.get(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Fallbacks(), 0);
}

TEST_F(EdgeAckTest, WithoutACommitTheSenderIsAnsweredInTimeAndThatIsCounted) {
  Start(absl::Milliseconds(100));
  EXPECT_THAT(edge_.Post("[1]", kWaits), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Fallbacks(), 1);
  EXPECT_EQ(PullAfter(0), 1);
}

TEST_F(EdgeAckTest, WhileTheLinkIsDownTheTimeDecidesToo) {
  Start(absl::Milliseconds(100));
  control_plane_.Stop();
  EXPECT_THAT(edge_.Post("[1]", kWaits), StartsWith("HTTP/1.1 200 "));
  control_plane_.Start();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  EXPECT_EQ(Fallbacks(), 1);
}

TEST_F(EdgeAckTest, AnswersKeepTheOrderOfTheirRequests) {
  Start(kLong);
  const auto client = edge_.Connect();
  ASSERT_TRUE(client->Send(EdgeForTest::Webhook("[1]", kWaits) + EdgeForTest::Forgery(kLocal)));
  EXPECT_EQ(PullAfter(0), 1);
  ASSERT_TRUE(control_plane_.SendAck(1));
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(EdgeAckTest, OneThatWouldBeTooManyDoesNotWait) {
  edge_.options().limits.max_commit_waits = 1;
  Start(kLong);
  const auto client = edge_.Connect();
  ASSERT_TRUE(client->Send(EdgeForTest::Webhook("[1]", kWaits)));
  EXPECT_EQ(PullAfter(0), 1);
  EXPECT_THAT(edge_.Post("[2]", kWaits), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Fallbacks(), 1);
  ASSERT_TRUE(control_plane_.SendAck(1));
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Fallbacks(), 1);
}

TEST_F(EdgeAckTest, AStopAnswersWhatWaits) {
  edge_.options().drain_timeout = absl::Seconds(1);
  Start(kLong);
  const auto client = edge_.Connect();
  ASSERT_TRUE(client->Send(EdgeForTest::Webhook("[1]", kWaits)));
  EXPECT_EQ(PullAfter(0), 1);
  edge_.Stop();
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeAckTest, NobodyWaitsSoLongThatItWouldBe503) {
  edge_.options().limits.connection.answer = absl::Seconds(2);
  Start(kLong);
  EXPECT_THAT(edge_.Post("[1]", kWaits), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace fluxcascade::edge
