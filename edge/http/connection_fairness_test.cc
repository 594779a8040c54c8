// Many connections on one loop: what one of them asks for at once is not what the others wait for.
// Counted in requests and turns, not in time.

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/testing/plain_stream.h"
#include "common/net/unique_fd.h"
#include "common/status/status_matchers.h"
#include "edge/http/connection_fixture_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr char kRequest[] = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr size_t kPipeline = 500;
// More than the loop hears of in one turn, and within the descriptors that a process has at least.
constexpr size_t kGreedyClients = 400;
constexpr size_t kDeferredRequests = EventLoop::kDeferredPerTurn * Connection::kMaxRequestsPerTurn;
static_assert(kDeferredRequests <= 64, "what a request waits for must stay short");

class ConnectionFairnessTest : public ConnectionFixture {
 protected:
  struct Client {
    UniqueFd socket;
    std::shared_ptr<Connection> connection;
    size_t answers = 0;
  };

  void TearDown() override {
    for (Client& client : clients_) client.connection->Close();
  }

  // Its handshake is done, and nothing has come.
  Client& Open() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    clients_.push_back({.socket = UniqueFd(fds[0]),
                        .connection = std::make_shared<Connection>(
                            Context(), std::make_unique<PlainStream>(UniqueFd(fds[1])),
                            SocketAddress(), [this](Connection*) { ++closed_; })});
    FC_EXPECT_OK(clients_.back().connection->Start());
    Send(clients_.back(), "\r\n");
    Turn();
    return clients_.back();
  }
  void OpenGreedy(size_t count) {
    std::string pipeline;
    for (size_t i = 0; i < kPipeline; ++i) pipeline += kRequest;
    for (size_t i = 0; i < count; ++i) Open();
    for (Client& client : clients_) Send(client, pipeline);
  }
  static void Send(Client& client, const std::string& bytes) {
    EXPECT_EQ(::send(client.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  static void Receive(Client& client) {
    char buffer[4096];
    ssize_t size = 0;
    while ((size = ::recv(client.socket.get(), buffer, sizeof(buffer), 0)) > 0) {
      // Each answer has one, in its body.
      for (ssize_t i = 0; i < size; ++i) client.answers += buffer[i] == 'k' ? 1 : 0;
    }
  }
  void Turn() { loop_->RunOnce(absl::ZeroDuration()); }
  size_t Requests() const { return counters_.requests; }
  size_t RequestsOfATurn() {
    const size_t before = Requests();
    Turn();
    return Requests() - before;
  }

  std::vector<Client> clients_;
  int closed_ = 0;
};

TEST_F(ConnectionFairnessTest, ATurnTakesSoManyRequestsOfOneConnection) {
  OpenGreedy(1);
  Turn();
  // Those that it heard of, and those that it went on with.
  EXPECT_EQ(Requests(), size_t{2} * Connection::kMaxRequestsPerTurn);
  EXPECT_EQ(RequestsOfATurn(), size_t{Connection::kMaxRequestsPerTurn});
}

TEST_F(ConnectionFairnessTest, OneRequestDoesNotWaitForTheBacklogOfOthers) {
  Client honest = std::move(Open());
  clients_.clear();
  OpenGreedy(kGreedyClients);
  // Until the loop has heard of all of them.
  while (RequestsOfATurn() > kDeferredRequests) {
  }
  ASSERT_LT(Requests(), kGreedyClients * kPipeline / 2) << "there must be a backlog";
  for (size_t i = 1; i <= 20; ++i) {
    Send(honest, kRequest);
    EXPECT_LE(RequestsOfATurn(), kDeferredRequests + 1);
    Receive(honest);
    EXPECT_EQ(honest.answers, i) << "in the turn in which it came";
  }
  clients_.push_back(std::move(honest));
}

// They would wait for turns that nobody needs, more of them than there may be connections.
TEST_F(ConnectionFairnessTest, WhoHasLeftKeepsNobodyWaiting) {
  OpenGreedy(kGreedyClients);
  while (RequestsOfATurn() > kDeferredRequests) {
  }
  for (Client& client : clients_) client.connection->Close();
  EXPECT_EQ(RequestsOfATurn(), 0u);
  for (Client& client : clients_) EXPECT_EQ(client.connection.use_count(), 1);
  clients_.clear();
  OpenGreedy(1);
  Turn();
  EXPECT_EQ(RequestsOfATurn(), size_t{Connection::kMaxRequestsPerTurn});
}

TEST_F(ConnectionFairnessTest, ABacklogIsWorkedOffInTurnsAndWhole) {
  OpenGreedy(20);
  Turn();
  size_t turns = 0;
  while (Requests() < 20 * kPipeline && ++turns < 20 * kPipeline) {
    Turn();
    for (Client& client : clients_) Receive(client);
    const auto [least, most] =
        std::minmax_element(clients_.begin(), clients_.end(),
                            [](const Client& a, const Client& b) { return a.answers < b.answers; });
    ASSERT_LE(most->answers - least->answers, size_t{2} * Connection::kMaxRequestsPerTurn);
  }
  Turn();
  for (Client& client : clients_) {
    Receive(client);
    EXPECT_EQ(client.answers, kPipeline);
  }
}

TEST_F(ConnectionFairnessTest, WaitingForItsTurnDoesNotMakeAClientSlow) {
  OpenGreedy(20);
  Turn();
  for (int turns = 0; turns < 1000 && Requests() < 20 * kPipeline; ++turns) {
    clock_.Advance(limits_.head);
    Turn();
    for (Client& client : clients_) Receive(client);
  }
  EXPECT_EQ(Requests(), 20 * kPipeline);
  EXPECT_EQ(closed_, 0);
  EXPECT_EQ(counters_.timed_out_connections, 0u);
}

}  // namespace
}  // namespace fluxcascade::edge
