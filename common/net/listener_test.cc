#include "common/net/listener.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <vector>

#include "absl/time/time.h"
#include "common/net/event_loop.h"
#include "common/net/socket_address.h"
#include "common/net/unique_fd.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

class ListenerTest : public testing::Test {
 protected:
  struct Accepted {
    UniqueFd socket;
    SocketAddress peer;
  };

  void SetUp() override {
    FC_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create(clock_));
    FC_ASSERT_OK_AND_ASSIGN(listener_, Listen("127.0.0.1:0"));
  }
  absl::StatusOr<std::unique_ptr<Listener>> Listen(const std::string& address) {
    return Listener::Create(*loop_, SocketAddress::Parse(address).value(),
                            [this](UniqueFd socket, const SocketAddress& peer) {
                              accepted_.push_back({std::move(socket), peer});
                            });
  }
  UniqueFd Connect() {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(connect(fd.get(), listener_->address().system(), listener_->address().system_size()),
              0);
    return fd;
  }
  void Turn() { loop_->RunOnce(absl::ZeroDuration()); }

  FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::vector<Accepted> accepted_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerTest, PortZeroTakesAFreePortAndTellsIt) {
  EXPECT_EQ(listener_->address().host(), "127.0.0.1");
  EXPECT_NE(listener_->address().port(), 0);
}

TEST_F(ListenerTest, GivesNonBlockingSocketsWithTheirPeer) {
  const UniqueFd client = Connect();
  Turn();
  ASSERT_EQ(accepted_.size(), 1u);
  const int fd = accepted_[0].socket.get();
  EXPECT_TRUE(fcntl(fd, F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  int no_delay = 0;
  socklen_t size = sizeof(no_delay);
  EXPECT_EQ(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
  EXPECT_NE(no_delay, 0);
  FC_ASSERT_OK_AND_ASSIGN(const SocketAddress local, SocketAddress::LocalOf(client.get()));
  EXPECT_EQ(accepted_[0].peer.ToString(), local.ToString());
}

TEST_F(ListenerTest, APeerThatTakesNothingCanFillOnlySoMuch) {
  const UniqueFd client = Connect();
  Turn();
  ASSERT_EQ(accepted_.size(), 1u);
  int size = 0;
  socklen_t size_of_size = sizeof(size);
  EXPECT_EQ(getsockopt(accepted_[0].socket.get(), SOL_SOCKET, SO_SNDBUF, &size, &size_of_size), 0);
  EXPECT_EQ(size, 2 * Listener::kSendBufferBytes);
}

TEST_F(ListenerTest, AcceptsALimitedNumberInATurn) {
  std::vector<UniqueFd> clients;
  for (int i = 0; i < Listener::kMaxAcceptsPerTurn + 1; ++i) clients.push_back(Connect());
  Turn();
  EXPECT_EQ(accepted_.size(), static_cast<size_t>(Listener::kMaxAcceptsPerTurn));
  Turn();
  EXPECT_EQ(accepted_.size(), clients.size());
}

TEST_F(ListenerTest, RestsWhenThereAreNoDescriptorsLeftAndGoesOnAfterwards) {
  // What a sanitizer checks for the first time it looks up through descriptors of its own.
  Turn();
  const UniqueFd client = Connect();
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  for (int i = 0; i < 3; ++i) Turn();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(listener_->rests(), 1u) << "it must not spin";
  EXPECT_TRUE(accepted_.empty());
  clock_.Advance(Listener::kRest);
  Turn();
  Turn();
  EXPECT_EQ(accepted_.size(), 1u);
}

TEST_F(ListenerTest, ATakenPortIsNamed) {
  const std::string address = listener_->address().ToString();
  EXPECT_THAT(Listen(address).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(address)));
}

TEST_F(ListenerTest, ListensAgainAtOnceOnThePortOfAnEndedOne) {
  const std::string address = listener_->address().ToString();
  const UniqueFd client = Connect();
  Turn();
  listener_.reset();
  accepted_.clear();
  FC_EXPECT_OK(Listen(address).status());
}

TEST_F(ListenerTest, AnAddressThatIsNotOursIsRefused) {
  EXPECT_THAT(Listen("192.0.2.1:0").status(),
              StatusIs(testing::Not(absl::StatusCode::kOk), HasSubstr("192.0.2.1")));
}

}  // namespace
}  // namespace fluxcascade
