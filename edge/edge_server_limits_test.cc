// What senders may take, through a whole edge: at each limit, and one beyond.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/net/testing/tls_test_client.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/edge_for_test.h"
#include "edge/testing/fake_control_plane.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::StartsWith;
using Kind = v1::ConnectRequest;

constexpr char kGet[] = "GET /healthz HTTP/1.1\r\n";
constexpr char kHost[] = "Host: a\r\n";

class EdgeServerLimitsTest : public testing::Test {
 protected:
  void Start() {
    FC_ASSERT_OK(edge_.Start());
    ASSERT_TRUE(control_plane_.NextHello().has_value());
  }
  EdgeLimits& limits() { return edge_.options().limits; }

  // What is sent on a connection of its own gets the start of an answer.
  void ExpectAnswer(const std::string& request, const std::string& start) {
    const std::unique_ptr<TlsTestClient> client = edge_.Connect();
    ASSERT_TRUE(client->Send(request));
    EXPECT_THAT(client->ReceiveResponse(), StartsWith(absl::StrCat("HTTP/1.1 ", start)));
  }

  // Of the next requests in the log, once there are so many.
  std::string NextBodies(int count) {
    std::vector<std::string> bodies;
    for (const uint64_t end = after_ + count; after_ < end;) {
      EXPECT_TRUE(control_plane_.SendPull(after_, 10000));
      const auto batch = control_plane_.Next(Kind::kBatch);
      if (!batch.has_value()) return "nothing came";
      for (const v1::LoggedRequest& request : batch->batch().requests()) {
        bodies.push_back(request.body());
        ++after_;
      }
    }
    return absl::StrJoin(bodies, " ");
  }

  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  EdgeForTest edge_{authority_, control_plane_};
  // How much of the log was read.
  uint64_t after_ = 0;
};

TEST_F(EdgeServerLimitsTest, ARequestLineOfItsLimitIsTaken) {
  limits().framer.max_request_line = 64;
  Start();
  const auto line = [](size_t size) {
    const std::string start = "GET /healthz?";
    const std::string end = " HTTP/1.1";
    return start + std::string(size - start.size() - end.size(), 'x') + end;
  };
  ExpectAnswer(absl::StrCat(line(64), "\r\n", kHost, "\r\n"), "200 ");
  ExpectAnswer(absl::StrCat(line(65), "\r\n", kHost, "\r\n"), "414 ");
}

TEST_F(EdgeServerLimitsTest, SoManyHeadersAreTaken) {
  limits().framer.max_headers = 8;
  Start();
  const auto head = [](int headers) {
    std::string head = absl::StrCat(kGet, kHost);
    for (int i = 1; i < headers; ++i) absl::StrAppend(&head, "X-", i, ": 1\r\n");
    return head + "\r\n";
  };
  ExpectAnswer(head(8), "200 ");
  ExpectAnswer(head(9), "431 ");
}

TEST_F(EdgeServerLimitsTest, HeadersOfTheirSizeAreTaken) {
  limits().framer.max_header_bytes = 1024;
  Start();
  // Counted from the request line's end to the empty line.
  const auto head = [](size_t size) {
    const std::string start = absl::StrCat(kHost, "X: ");
    return absl::StrCat(kGet, start, std::string(size - start.size() - 2, 'x'), "\r\n\r\n");
  };
  ExpectAnswer(head(1024), "200 ");
  ExpectAnswer(head(1025), "431 ");
}

// With an answer that is held back, the requests behind it stay where they are.
TEST_F(EdgeServerLimitsTest, SoManyPipelinedRequestsAreTakenAtATime) {
  limits().connection.max_pipelined = 2;
  Start();
  constexpr int kWaits = 0;
  constexpr int kLocal = 1;
  ASSERT_TRUE(control_plane_.SendConfig(EdgeForTest::ConfigOf(
      1, {EdgeForTest::ControlPlane(absl::Seconds(10)), EdgeForTest::Local()})));
  ASSERT_TRUE(control_plane_.Next(Kind::kConfigResult).has_value());
  const std::unique_ptr<TlsTestClient> client = edge_.Connect();
  ASSERT_TRUE(client->Send(EdgeForTest::Webhook("[1]", kWaits) +
                           EdgeForTest::Webhook("[2]", kWaits) +
                           EdgeForTest::Webhook("[3]", kWaits)));
  EXPECT_EQ(NextBodies(2), "[1] [2]");
  EXPECT_THAT(edge_.Post("[other]", kLocal), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(NextBodies(1), "[other]");
  ASSERT_TRUE(control_plane_.SendAck(3));
  EXPECT_EQ(NextBodies(1), "[3]");
  ASSERT_TRUE(control_plane_.SendAck(4));
  for (int i = 0; i < 3; ++i) EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
}

}  // namespace
}  // namespace fluxcascade::edge
