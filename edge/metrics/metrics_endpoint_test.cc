#include "edge/metrics/metrics_endpoint.h"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/metrics/metric_families.h"
#include "common/net/unique_fd.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr absl::Duration kTick = absl::Nanoseconds(1);

// As many gauges as it is told.
class FakeMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override {
    MetricFamilies families;
    families.BeginGauges("answer", "To everything.");
    for (int i = 0; i < gauges; ++i) families.Add(42, {{"number", std::to_string(i)}});
    return std::move(families).Take();
  }

  int gauges = 1;
};

// Real sockets; nothing moves but what the test moves.
class MetricsEndpointTest : public testing::Test {
 protected:
  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create(clock_));
    FC_ASSERT_OK_AND_ASSIGN(UniqueFd socket, Listener::Bind(*SocketAddress::Parse("127.0.0.1:0")));
    FC_ASSERT_OK_AND_ASSIGN(endpoint_,
                            MetricsEndpoint::Create(*loop_, std::move(socket), metrics_));
  }

  void Turn(int turns = 6) {
    for (int i = 0; i < turns; ++i) loop_->RunOnce(absl::ZeroDuration());
  }

  UniqueFd Connect() {
    UniqueFd client(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress& to = endpoint_->address();
    EXPECT_EQ(connect(client.get(), to.system(), to.system_size()), 0);
    Turn();
    return client;
  }
  void Send(const UniqueFd& client, const std::string& bytes) {
    ASSERT_EQ(send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    Turn();
  }
  // All that comes until the end of the stream.
  std::string Received(const UniqueFd& client) {
    std::string all;
    std::vector<char> buffer(1 << 16);
    for (;;) {
      const ssize_t size = recv(client.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (size > 0) all.append(buffer.data(), static_cast<size_t>(size));
      if (size == 0) return all;
      if (size < 0 && errno != EAGAIN) return all + " and a broken connection";
      if (size < 0) loop_->RunOnce(absl::Milliseconds(1));
    }
  }
  // True when the stream has ended or broken without a word.
  bool Closed(const UniqueFd& client) {
    Turn();
    char byte = 0;
    const ssize_t size = recv(client.get(), &byte, 1, MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno == ECONNRESET);
  }
  std::string Exchange(const std::string& request) {
    const UniqueFd client = Connect();
    Send(client, request);
    return Received(client);
  }

  FakeClock clock_;
  FakeMetrics metrics_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<MetricsEndpoint> endpoint_;
};

TEST_F(MetricsEndpointTest, ServesTheTextFormat) {
  const std::string response = Exchange("GET /metrics HTTP/1.1\r\nHost: e\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response,
              HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n# HELP answer To everything.\n# TYPE answer gauge\n"
                                 "answer{number=\"0\"} 42\n"));
}

TEST_F(MetricsEndpointTest, TakesARequestInPieces) {
  const UniqueFd client = Connect();
  for (const char c : std::string("GET /metrics HTTP/1.1\r\nHost: e\r\n\r\n")) {
    Send(client, std::string(1, c));
  }
  EXPECT_THAT(Received(client), HasSubstr("42"));
}

TEST_F(MetricsEndpointTest, AnAnswerOfMegabytesArrivesWhole) {
  metrics_.gauges = 300000;
  const std::string response = Exchange("GET /metrics HTTP/1.1\r\nHost: e\r\n\r\n");
  EXPECT_GT(response.size(), 7u << 20);
  EXPECT_THAT(response.substr(response.size() - 100), EndsWith("answer{number=\"299999\"} 42\n"));
}

TEST_F(MetricsEndpointTest, AHeadHasNoBody) {
  const std::string response = Exchange("HEAD /metrics HTTP/1.1\r\nHost: e\r\n\r\n");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(response, EndsWith("\r\n\r\n"));
}

TEST_F(MetricsEndpointTest, AnythingElseIsAnError) {
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nHost: e\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Exchange("DELETE /metrics HTTP/1.1\r\nHost: e\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Exchange("hello\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange("GET /metrics HTTP/1.1\r\nHost: e\r\n" + std::string(8192, 'h')),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(MetricsEndpointTest, WhoIsSlowIsCutOff) {
  const UniqueFd silent = Connect();
  const UniqueFd slow = Connect();
  Send(slow, "GET /metrics");
  clock_.Advance(MetricsEndpoint::kPatience - kTick);
  EXPECT_FALSE(Closed(silent));
  EXPECT_FALSE(Closed(slow));
  clock_.Advance(kTick);
  EXPECT_TRUE(Closed(silent));
  EXPECT_TRUE(Closed(slow));
}

TEST_F(MetricsEndpointTest, SoManyConnectionsAndNoMore) {
  std::vector<UniqueFd> clients;
  for (size_t i = 0; i < MetricsEndpoint::kMaxConnections; ++i) clients.push_back(Connect());
  const UniqueFd beyond = Connect();
  EXPECT_TRUE(Closed(beyond));
  EXPECT_FALSE(Closed(clients.back()));
  clients.pop_back();
  Turn();
  EXPECT_THAT(Exchange("GET /metrics HTTP/1.1\r\nHost: e\r\n\r\n"), HasSubstr("42"));
}

TEST_F(MetricsEndpointTest, WhoWaitsWhenItEndsIsCutOff) {
  const UniqueFd client = Connect();
  endpoint_.reset();
  EXPECT_TRUE(Closed(client));
}

}  // namespace
}  // namespace fluxcascade::edge
