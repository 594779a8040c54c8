#include "common/net/tls_stream.h"

#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "common/net/event_loop.h"
#include "common/net/listener.h"
#include "common/net/socket_address.h"
#include "common/net/testing/tls_test_client.h"
#include "common/net/tls_context.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "common/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::HasSubstr;

constexpr absl::Duration kTurn = absl::Milliseconds(50);

// The server's end is driven here, step by step; the client blocks on a thread of its own.
class TlsStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    const TestCertificate own =
        TestAuthority().Issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}});
    FC_ASSERT_OK_AND_ASSIGN(
        context_, ServerTlsContext::FromPem({.pairs = {{own.certificate_pem, own.key_pem}}}, {}));
    FC_ASSERT_OK_AND_ASSIGN(loop_, EventLoop::Create(SystemClock()));
    FC_ASSERT_OK_AND_ASSIGN(
        listener_, Listener::Create(*loop_, SocketAddress::Parse("127.0.0.1:0").value(),
                                    [this](UniqueFd socket, const SocketAddress&) {
                                      stream_ =
                                          std::make_unique<TlsStream>(context_, std::move(socket));
                                    }));
  }
  void TearDown() override {
    if (client_.joinable()) client_.join();
  }

  // `client` runs on its thread; returns when the server's end is connected.
  void Serve(std::function<void()> client) {
    client_ = std::thread(std::move(client));
    while (stream_ == nullptr) loop_->RunOnce(kTurn);
  }
  void WaitFor(IoStatus status) {
    pollfd poll = {stream_->fd(),
                   static_cast<short>(status == IoStatus::kWantRead ? POLLIN : POLLOUT), 0};
    ::poll(&poll, 1, -1);
  }
  IoStatus ShakeHands() {
    while (true) {
      const IoStatus status = stream_->Handshake();
      if (status != IoStatus::kWantRead && status != IoStatus::kWantWrite) return status;
      WaitFor(status);
    }
  }
  // Until `size` bytes or the end.
  std::string Read(size_t size) {
    std::string all;
    while (all.size() < size) {
      char buffer[1000];
      const IoResult result = stream_->Read(absl::MakeSpan(buffer));
      if (result.status == IoStatus::kOk) {
        all.append(buffer, result.bytes);
      } else if (result.status == IoStatus::kWantRead) {
        WaitFor(IoStatus::kWantRead);
      } else {
        break;
      }
    }
    return all;
  }
  void Write(absl::string_view bytes) {
    while (!bytes.empty()) {
      const IoResult result = stream_->Write(bytes);
      if (result.status == IoStatus::kOk) {
        bytes.remove_prefix(result.bytes);
      } else {
        ASSERT_EQ(result.status, IoStatus::kWantWrite);
        WaitFor(IoStatus::kWantWrite);
      }
    }
  }
  absl::StatusOr<std::unique_ptr<TlsTestClient>> Connect(TlsTestClient::Options options = {}) {
    return TlsTestClient::Connect(listener_->address(), options);
  }

  std::shared_ptr<const ServerTlsContext> context_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<TlsStream> stream_;
  std::unique_ptr<Listener> listener_;
  std::thread client_;
};

TEST_F(TlsStreamTest, CarriesBytesBothWaysUntilTheEnd) {
  Serve([this] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect());
    EXPECT_EQ(client->version(), TLS1_3_VERSION);
    EXPECT_TRUE(client->Send("ping"));
    EXPECT_EQ(client->ReceiveAll(), "pong");
  });
  ASSERT_EQ(ShakeHands(), IoStatus::kOk);
  EXPECT_EQ(Read(4), "ping");
  Write("pong");
  stream_->CloseWrite();
  client_.join();
  char buffer[10];
  while (stream_->Read(absl::MakeSpan(buffer)).status == IoStatus::kWantRead) {
    WaitFor(IoStatus::kWantRead);
  }
  EXPECT_EQ(stream_->Read(absl::MakeSpan(buffer)).status, IoStatus::kClosed);
}

TEST_F(TlsStreamTest, CarriesMuchMoreThanTheSocketHolds) {
  std::string much;
  for (int i = 0; i < 300000; ++i) much += std::to_string(i);
  Serve([&] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect());
    EXPECT_TRUE(client->Send(much));
    EXPECT_EQ(client->Receive(much.size()), much);
  });
  ASSERT_EQ(ShakeHands(), IoStatus::kOk);
  EXPECT_EQ(Read(much.size()), much);
  Write(much);
  client_.join();
}

TEST_F(TlsStreamTest, ReadsManyRecordsThatCameAtOnceInOneCall) {
  Serve([this] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect());
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(client->Send("abcdefghij"));
    client->ReceiveAll();
  });
  ASSERT_EQ(ShakeHands(), IoStatus::kOk);
  EXPECT_EQ(Read(1000).size(), 1000u);
  char buffer[10];
  EXPECT_EQ(stream_->Read(absl::MakeSpan(buffer)).status, IoStatus::kWantRead);
  stream_.reset();
}

TEST_F(TlsStreamTest, WhatDoesNotFitTheCallersBufferComesWithTheNextCall) {
  Serve([this] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect());
    EXPECT_TRUE(client->Send("0123456789"));
    EXPECT_TRUE(client->Send("abc"));
    client->ReceiveAll();
  });
  ASSERT_EQ(ShakeHands(), IoStatus::kOk);
  std::string all;
  char buffer[4];
  while (all.size() < 13) {
    const IoResult result = stream_->Read(absl::MakeSpan(buffer));
    if (result.status == IoStatus::kOk) all.append(buffer, result.bytes);
  }
  EXPECT_EQ(all, "0123456789abc");
  stream_.reset();
}

TEST_F(TlsStreamTest, SpeaksTls12) {
  Serve([this] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect({.max_version = TLS1_2_VERSION}));
    EXPECT_EQ(client->version(), TLS1_2_VERSION);
    EXPECT_TRUE(client->Send("ping"));
  });
  ASSERT_EQ(ShakeHands(), IoStatus::kOk);
  EXPECT_EQ(Read(4), "ping");
}

TEST_F(TlsStreamTest, RefusesTls11) {
  Serve([this] {
    EXPECT_FALSE(
        Connect({.min_version = TLS1_VERSION, .max_version = TLS1_1_VERSION}).status().ok());
  });
  EXPECT_EQ(ShakeHands(), IoStatus::kFailed);
  EXPECT_THAT(stream_->error().message(), HasSubstr("UNSUPPORTED_PROTOCOL"));
  stream_.reset();
}

TEST_F(TlsStreamTest, ChoosesHttp11) {
  Serve([this] {
    FC_ASSERT_OK_AND_ASSIGN(const auto client, Connect({.protocols = {"h2", "http/1.1"}}));
    EXPECT_EQ(client->protocol(), "http/1.1");
  });
  EXPECT_EQ(ShakeHands(), IoStatus::kOk);
}

TEST_F(TlsStreamTest, RefusesAClientThatOffersOnlyOtherProtocols) {
  Serve([this] { EXPECT_FALSE(Connect({.protocols = {"h2"}}).status().ok()); });
  EXPECT_EQ(ShakeHands(), IoStatus::kFailed);
  stream_.reset();
}

TEST_F(TlsStreamTest, RecognisesHttpWithoutTls) {
  Serve([this] {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress& server = listener_->address();
    ASSERT_EQ(connect(fd.get(), server.system(), server.system_size()), 0);
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ASSERT_EQ(send(fd.get(), request.data(), request.size(), 0),
              static_cast<ssize_t>(request.size()));
    char answer[100];
    const ssize_t size = recv(fd.get(), answer, sizeof(answer), MSG_WAITALL);
    EXPECT_EQ(std::string(answer, size > 0 ? size : 0), "in the clear");
  });
  EXPECT_EQ(ShakeHands(), IoStatus::kFailed);
  ASSERT_TRUE(stream_->peer_speaks_plain_http());
  stream_->SendUnencrypted("in the clear");
  stream_->CloseWrite();
}

TEST_F(TlsStreamTest, NoiseIsNotHttp) {
  Serve([this] {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress& server = listener_->address();
    ASSERT_EQ(connect(fd.get(), server.system(), server.system_size()), 0);
    const std::string noise = "SSH-2.0-OpenSSH_9.2\r\n";
    ASSERT_EQ(send(fd.get(), noise.data(), noise.size(), 0), static_cast<ssize_t>(noise.size()));
    char answer[100];
    recv(fd.get(), answer, sizeof(answer), 0);
  });
  EXPECT_EQ(ShakeHands(), IoStatus::kFailed);
  EXPECT_FALSE(stream_->peer_speaks_plain_http());
  stream_.reset();
}

TEST_F(TlsStreamTest, APeerThatLeavesDuringTheHandshakeIsGone) {
  Serve([this] {
    const UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
    const SocketAddress& server = listener_->address();
    ASSERT_EQ(connect(fd.get(), server.system(), server.system_size()), 0);
  });
  EXPECT_EQ(ShakeHands(), IoStatus::kClosed);
}

}  // namespace
}  // namespace fluxcascade
