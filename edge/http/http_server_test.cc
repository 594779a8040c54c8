#include "edge/http/http_server.h"

#include <cpp_httplib/httplib.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/mutex/mutex.h"
#include "common/net/event_loop.h"
#include "common/net/listener.h"
#include "common/net/testing/tls_test_client.h"
#include "common/net/tls_ticket_keys.h"
#include "common/net/unique_fd.h"
#include "common/random/random.h"
#include "common/server/liveness.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "common/time/clock.h"
#include "edge/http/fake_hook_receiver.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string Post(const std::string& token, const std::string& headers = "") {
  return absl::StrCat("POST /v1/hooks/", token, " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n",
                      headers, "\r\n{}");
}

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.address = SocketAddress::Parse("127.0.0.1:0").value();
    const TestCertificate own =
        authority_.Issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}});
    options_.tls = [context = *ServerTlsContext::FromPem(
                        {.pairs = {{own.certificate_pem, own.key_pem}}}, {.tickets = &tickets_})] {
      return context;
    };
    options_.receiver = &receiver_;
  }
  void StartServer() { FC_ASSERT_OK_AND_ASSIGN(server_, HttpServer::Start(options_)); }
  std::unique_ptr<TlsTestClient> Connect(const TlsTestClient::Options& options = {}) {
    auto client = TlsTestClient::Connect(server_->address(), options);
    EXPECT_THAT(client.status(), IsOk());
    return client.ok() ? *std::move(client) : nullptr;
  }

  // All that comes back on a connection of its own, until the server ends it.
  std::string Exchange(const std::string& bytes) {
    const auto client = Connect();
    EXPECT_TRUE(client->Send(bytes));
    return client->ReceiveAll();
  }

  const TestAuthority authority_;
  TlsTicketKeys tickets_{SystemClock(), SecureRandom()};
  FakeHookReceiver receiver_;
  HttpServer::Options options_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, AnOrdinaryClientIsServed) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  httplib::SSLClient client("127.0.0.1", server_->port());
  const std::string& authority = authority_.certificate_pem();
  client.load_ca_cert_store(authority.data(), authority.size());
  client.set_keep_alive(true);
  for (int i = 0; i < 3; ++i) {
    const httplib::Result result =
        client.Post("/v1/hooks/abc?x=1", "{\"a\":1}", "application/json");
    ASSERT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->body, "");
    EXPECT_EQ(receiver_.body(i), "{\"a\":1}");
    EXPECT_EQ(receiver_.target(i), "/v1/hooks/abc?x=1");
    EXPECT_EQ(receiver_.peer(i), "127.0.0.1");
  }
  const httplib::Result health = client.Get("/healthz");
  ASSERT_TRUE(health);
  EXPECT_EQ(health->body, "ok\n");
  EXPECT_FALSE(health->has_header("Server"));
  EXPECT_EQ(server_->stats().accepted_connections, 1u);
  EXPECT_EQ(server_->stats().requests, 4u);
  EXPECT_EQ(server_->stats().accepted, 3u);
}

TEST_F(HttpServerTest, AnOrdinaryClientsLargeBodyComesWhole) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  httplib::SSLClient client("127.0.0.1", server_->port());
  client.enable_server_certificate_verification(false);
  const std::string body(1024 * 1024, 'x');
  const httplib::Result sized = client.Post("/v1/hooks/abc", body, "text/plain");
  ASSERT_TRUE(sized) << httplib::to_string(sized.error());
  EXPECT_EQ(sized->status, 200);
  EXPECT_EQ(receiver_.body(0), body);
  const httplib::Result chunked = client.Post(
      "/v1/hooks/abc",
      [&](size_t offset, httplib::DataSink& sink) {
        if (offset == body.size()) sink.done();
        return offset == body.size() || sink.write(body.data() + offset, 4096);
      },
      "text/plain");
  ASSERT_TRUE(chunked) << httplib::to_string(chunked.error());
  EXPECT_EQ(chunked->status, 200);
  EXPECT_EQ(receiver_.body(1), body);
  const httplib::Result larger = client.Post("/v1/hooks/abc", body + "x", "text/plain");
  ASSERT_TRUE(larger) << httplib::to_string(larger.error());
  EXPECT_EQ(larger->status, 413);
}

TEST_F(HttpServerTest, AnAnswerFromAnotherThreadReachesTheClient) {
  StartServer();
  const auto client = Connect();
  ASSERT_TRUE(client->Send(Post("abc")));
  receiver_.WaitForCount(1);
  std::thread([this] { receiver_.Answer(0, HookOutcome::kAccepted); }).join();
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, AnUnknownTokenAndABadSignatureCannotBeToldApart) {
  StartServer();
  const auto client = Connect();
  std::vector<std::string> answers;
  for (size_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(client->Send(Post(absl::StrCat("token", i))));
    receiver_.WaitForCount(i + 1);
    receiver_.Answer(i, HookOutcome::kUnauthorized);
    std::string answer = client->ReceiveResponse();
    const size_t date = answer.find("Date: ");
    ASSERT_NE(date, std::string::npos);
    answers.push_back(answer.erase(date, answer.find("\r\n", date) - date));
  }
  EXPECT_EQ(answers[0], answers[1]);
  EXPECT_THAT(answers[0], StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
}

TEST_F(HttpServerTest, HttpWithoutTlsGetsAShort400) {
  StartServer();
  httplib::Client client("127.0.0.1", server_->port());
  const httplib::Result result = client.Get("/healthz");
  ASSERT_TRUE(result) << httplib::to_string(result.error());
  EXPECT_EQ(result->status, 400);
  EXPECT_EQ(server_->stats().failed_handshakes, 1u);
}

// Closed with bytes unread, a socket is reset, for which some systems throw the answer away.
TEST_F(HttpServerTest, WhoeverSendsMuchWithoutTlsIsNotResetBeforeTheAnswer) {
  StartServer();
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  ASSERT_EQ(::connect(socket.get(), server_->address().system(), server_->address().system_size()),
            0);
  const std::string request =
      absl::StrCat("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n", std::string(100'000, 'x'));
  ASSERT_EQ(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 1024> piece;
  ssize_t received = 0;
  while ((received = ::recv(socket.get(), piece.data(), piece.size(), 0)) > 0) {
    answer.append(piece.data(), received);
  }
  EXPECT_EQ(received, 0) << std::strerror(errno);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(::send(socket.get(), "x", 1, MSG_NOSIGNAL), 1) << std::strerror(errno);
}

TEST_F(HttpServerTest, ManyClientsOverSeveralLoopsAreServed) {
  options_.loops = 3;
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([this] {
      const auto client = Connect();
      for (int j = 0; j < 50; ++j) {
        ASSERT_TRUE(client->Send(Post("abc")));
        ASSERT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 OK\r\n"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server_->stats().accepted, 300u);
  EXPECT_EQ(server_->stats().accepted_connections, 6u);
}

TEST_F(HttpServerTest, HandshakesThatResumeASessionAreCounted) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const auto first = Connect();
  ASSERT_TRUE(first->Send(Post("abc")));
  EXPECT_THAT(first->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server_->stats().resumed_handshakes, 0u);
  const auto second = Connect({.session = first->session()});
  ASSERT_TRUE(second->Send(Post("abc")));
  EXPECT_THAT(second->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server_->stats().resumed_handshakes, 1u);
}

TEST_F(HttpServerTest, ConnectionsAreHandedToTheLoopsInTurn) {
  options_.loops = 2;
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  std::promise<void> entered;
  std::promise<void> left;
  options_.ready = [&entered, may_leave = left.get_future().share()] {
    entered.set_value();
    may_leave.wait();
    return absl::OkStatus();
  };
  StartServer();
  const auto first = Connect();
  const auto second = Connect();
  ASSERT_TRUE(first->Send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"));
  entered.get_future().wait();
  // The first loop does nothing now.
  ASSERT_TRUE(second->Send(Post("abc")));
  std::future<std::string> answer =
      std::async(std::launch::async, [&second] { return second->ReceiveResponse(); });
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  left.set_value();
  EXPECT_THAT(answer.get(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(first->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, HoldsConnectionsUpToTheLimitAndNotOneMore) {
  options_.max_connections = 2;
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const auto first = Connect();
  auto second = Connect();
  EXPECT_EQ(server_->stats().open_connections, 2u);
  EXPECT_FALSE(TlsTestClient::Connect(server_->address()).ok());
  EXPECT_EQ(server_->stats().refused_connections, 1u);
  ASSERT_TRUE(first->Send(Post("abc", "Connection: close\r\n")));
  EXPECT_THAT(first->ReceiveAll(), StartsWith("HTTP/1.1 200 OK\r\n"));
  second.reset();
  EXPECT_TRUE(Eventually([&] { return server_->stats().open_connections != 2; }));
  EXPECT_TRUE(TlsTestClient::Connect(server_->address()).ok());
}

TEST_F(HttpServerTest, AnAddressHoldsConnectionsUpToItsLimitOverAllLoops) {
  options_.loops = 3;
  options_.max_connections_per_address = 2;
  StartServer();
  const auto first = Connect();
  auto second = Connect();
  EXPECT_FALSE(TlsTestClient::Connect(server_->address()).ok());
  EXPECT_EQ(server_->stats().refused_connections, 1u);
  EXPECT_EQ(server_->stats().refused_by_address, 1u);
  const auto other = Connect({.source = SocketAddress::Parse("127.0.0.2:0").value()});
  EXPECT_NE(other, nullptr);
  second.reset();
  EXPECT_TRUE(Eventually([&] { return server_->stats().open_connections != 3; }));
  EXPECT_TRUE(TlsTestClient::Connect(server_->address()).ok());
}

TEST_F(HttpServerTest, BodiesUnderWayHaveALimitOverAllLoops) {
  options_.loops = 2;
  options_.max_body_bytes_under_way = 1000;
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const std::string head = "POST /v1/hooks/abc HTTP/1.1\r\nHost: a\r\nContent-Length: 601\r\n\r\n";
  const auto large = Connect();
  ASSERT_TRUE(large->Send(head + std::string(400, 'x')));
  EXPECT_TRUE(Eventually([&] { return server_->stats().body_bytes == 400; }));
  const std::string refused = Exchange(head);
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 5\r\n"));
  EXPECT_EQ(server_->stats().refused_bodies, 1u);
  ASSERT_TRUE(large->Send(std::string(201, 'x')));
  EXPECT_THAT(large->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  const auto next = Connect();
  ASSERT_TRUE(next->Send(head));
  ASSERT_TRUE(next->Send(std::string(601, 'x')));
  EXPECT_THAT(next->ReceiveResponse(), StartsWith("HTTP/1.1 200 ")) << "it recovers by itself";
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInTheirOrder) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const std::string all =
      Exchange(Post("one") + "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" +
               "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + Post("two", "Connection: close\r\n"));
  std::vector<std::string> statuses;
  for (size_t at = 0; (at = all.find("HTTP/1.1 ", at)) != std::string::npos; at += 9) {
    statuses.push_back(all.substr(at + 9, 3));
  }
  EXPECT_THAT(statuses, testing::ElementsAre("200", "200", "404", "200"));
  EXPECT_EQ(receiver_.token(1), "two");
}

TEST_F(HttpServerTest, HeadOfHealthAndReadinessIsTheAnswerToGetWithoutItsBody) {
  std::atomic<bool> ready = true;
  options_.ready = [&ready] { return ready ? absl::OkStatus() : absl::UnavailableError("full"); };
  StartServer();
  const auto ask = [this](const std::string& method, const std::string& path) {
    const std::string answer = Exchange(
        absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    const size_t date = answer.find("Date: ");
    return answer.substr(0, date) + answer.substr(answer.find("\r\n", date) + 2);
  };
  for (const bool is_ready : {true, false}) {
    ready = is_ready;
    for (const char* path : {"/healthz", "/readyz"}) {
      const std::string get = ask("GET", path);
      EXPECT_EQ(ask("HEAD", path), get.substr(0, get.find("\r\n\r\n") + 4));
    }
    EXPECT_THAT(ask("GET", "/healthz"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask("GET", "/readyz"), StartsWith(is_ready ? "HTTP/1.1 200 " : "HTTP/1.1 503 "));
  }
}

TEST_F(HttpServerTest, WhoWaitsForContinueGetsItOverTls) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const auto client = Connect();
  const std::string request = Post("abc", "Expect: 100-continue\r\n");
  ASSERT_TRUE(client->Send(request.substr(0, request.size() - 2)));
  EXPECT_EQ(client->ReceiveResponse(), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(client->Send("{}"));
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(receiver_.body(0), "{}");
}

TEST_F(HttpServerTest, ACompressedBodyArrivesAsItWasSent) {
  receiver_.AnswerAtOnce(HookOutcome::kAccepted);
  StartServer();
  const std::string body("\x1f\x8b\x08\x00\r\n\x00packed", 13);
  const auto client = Connect();
  ASSERT_TRUE(client->Send(
      absl::StrCat("POST /v1/hooks/abc HTTP/1.1\r\nHost: a\r\nContent-Length: ", body.size(),
                   "\r\nContent-Encoding: gzip\r\n\r\n", body)));
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(receiver_.body(0), body);
}

TEST_F(HttpServerTest, SmuggledRequestsReachNobody) {
  StartServer();
  const std::string hidden = Post("hidden");
  const std::string post = "POST /v1/hooks/abc HTTP/1.1\r\nHost: a\r\n";
  using std::string_literals::operator""s;
  for (const std::string& bytes : {
           post + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
           post + "Content-Length: 0, 0\r\n\r\n",
           post + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
           post + "Transfer-Encoding: \x01chunked\r\n\r\n0\r\n\r\n",
           post + "Content-Length\t: 0\r\n\r\n",
           post + "Content-Length: 0\r\n x\r\n\r\n",
           post + "Content-Length: 0\n\r\n",
           post + "X: a\rContent-Length: 0\r\n\r\n",
           post + "X: \0\r\nContent-Length: 0\r\n\r\n"s,
           post + "X: \x7f\r\nContent-Length: 0\r\n\r\n",
           post + "Host: b\r\nContent-Length: 0\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n0;a=b\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x\r\n\r\n",
           post + "Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n",
           "POST https://a/v1/hooks/abc HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"s,
           "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"s,
           "POST /v1/hooks/a\0b HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"s,
           "POST  /v1/hooks/abc HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"s,
       }) {
    const std::string answers = Exchange(bytes + hidden);
    EXPECT_THAT(answers, StartsWith("HTTP/1.1 400 Bad Request\r\n")) << bytes;
    EXPECT_THAT(answers, HasSubstr("\r\nConnection: close\r\n")) << bytes;
    EXPECT_EQ(answers.find("HTTP/1.1", 1), std::string::npos) << bytes;
  }
  EXPECT_EQ(receiver_.count(), 0u);
}

TEST_F(HttpServerTest, DrainingAnswersWhatIsInFlight) {
  StartServer();
  const auto client = Connect();
  const auto idle = Connect();
  ASSERT_TRUE(client->Send(Post("abc")));
  receiver_.WaitForCount(1);
  std::thread drainer([this] { server_->Drain(absl::Hours(1)); });
  EXPECT_EQ(idle->ReceiveAll(), "");
  receiver_.Answer(0, HookOutcome::kAccepted);
  const std::string answer = client->ReceiveAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  drainer.join();
}

TEST_F(HttpServerTest, DrainingIsBoundedInTimeAndLateAnswersDoNothing) {
  StartServer();
  const auto client = Connect();
  ASSERT_TRUE(client->Send(Post("abc")));
  receiver_.WaitForCount(1);
  server_->Drain(absl::ZeroDuration());
  EXPECT_EQ(client->ReceiveAll(), "");
  receiver_.Answer(0, HookOutcome::kAccepted);
  server_.reset();
  receiver_.Answer(0, HookOutcome::kAccepted);
}

TEST_F(HttpServerTest, AfterDrainingNobodyListens) {
  StartServer();
  const SocketAddress address = server_->address();
  server_->Drain(absl::ZeroDuration());
  EXPECT_FALSE(TlsTestClient::Connect(address).ok());
  server_->Drain(absl::ZeroDuration());
}

TEST_F(HttpServerTest, ALoopThatHangsRunsNothingThatIsPosted) {
  Mutex mutex;
  CondVar changed;
  bool hangs = false;
  bool may_go_on = false;
  options_.ready = [&] {
    MutexLock lock(mutex);
    hangs = true;
    changed.NotifyAll();
    while (!may_go_on) changed.Wait(mutex);
    return absl::OkStatus();
  };
  StartServer();
  const Poster loop = server_->posters().at(0);
  Liveness liveness({{"loop", [&](std::function<void()> alive) { loop.Post(std::move(alive)); }}});
  const auto client = Connect();
  ASSERT_TRUE(client->Send("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"));
  {
    MutexLock lock(mutex);
    while (!hangs) changed.Wait(mutex);
  }
  EXPECT_THAT(liveness.Check(), IsEmpty());
  EXPECT_THAT(liveness.Check(), ElementsAre("loop"));
  {
    MutexLock lock(mutex);
    may_go_on = true;
    changed.NotifyAll();
  }
  EXPECT_THAT(client->ReceiveResponse(), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_TRUE(Eventually([&] { return liveness.Check().empty(); }));
}

TEST_F(HttpServerTest, ServesOnASocketThatWasBoundBefore) {
  FC_ASSERT_OK_AND_ASSIGN(UniqueFd socket, Listener::Bind(options_.address));
  FC_ASSERT_OK_AND_ASSIGN(const SocketAddress bound, SocketAddress::LocalOf(socket.get()));
  EXPECT_FALSE(TlsTestClient::Connect(bound).ok()) << "it must not listen before it serves";
  FC_ASSERT_OK_AND_ASSIGN(server_, HttpServer::Start(options_, std::move(socket)));
  EXPECT_EQ(server_->address().ToString(), bound.ToString());
  EXPECT_TRUE(TlsTestClient::Connect(bound).ok());
}

TEST_F(HttpServerTest, SaysWhatItCannotStartWith) {
  options_.loops = 0;
  EXPECT_THAT(HttpServer::Start(options_).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("loops")));
  options_.loops = 65;
  EXPECT_THAT(HttpServer::Start(options_).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("loops")));
  options_.loops = 1;
  options_.max_connections_per_address = 0;
  EXPECT_THAT(HttpServer::Start(options_).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("per_address")));
  options_.max_connections_per_address = 1;
  StartServer();
  options_.address = server_->address();
  EXPECT_THAT(
      HttpServer::Start(options_).status(),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(options_.address.ToString())));
}

}  // namespace
}  // namespace fluxcascade::edge
