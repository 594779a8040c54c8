#include "common/http/http_exchange.h"

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "common/http/client_tls_context.h"
#include "common/http/http_client.h"
#include "common/http/testing/scripted_tls_server.h"
#include "common/http/tls_connection.h"
#include "common/http/url.h"
#include "common/net/socket_address.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "common/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class HttpExchangeTest : public testing::Test {
 protected:
  HttpExchangeTest() {
    char name[] = "/tmp/http_exchange_test.XXXXXX";
    folder_ = mkdtemp(name);
    const std::string ca_file = absl::StrCat(folder_, "/ca.pem");
    FC_EXPECT_OK(WriteFileAtomically(ca_file, authority_.certificate_pem(), 0600));
    tls_ = std::make_unique<ClientTlsContext>(*ClientTlsContext::Load(ca_file));
  }
  ~HttpExchangeTest() override { std::filesystem::remove_all(folder_); }

  // Exchanges `request` for `answer`, after which the server closes. `head_` is what the server
  // saw.
  HttpExchange ExchangeFor(absl::string_view answer, HttpRequest request = {}) {
    ScriptedTlsServer server({.certificate = authority_.Issue({.ip_addresses = {"127.0.0.1"}})},
                             [&](ScriptedConnection& connection) {
                               head_ = connection.ReadHead();
                               body_ = connection.ReadBody(request.body.size());
                               connection.Write(answer);
                             });
    if (request.url.empty()) request.url = "https://127.0.0.1/";
    HttpUrl url = *ParseHttpsUrl(request.url);
    const SocketAddress address = *SocketAddress::Parse(absl::StrCat("127.0.0.1:", server.port()));
    const absl::Duration deadline = SystemClock().Monotonic() + absl::Minutes(1);
    auto connection = TlsConnection::Connect(*tls_, "127.0.0.1", address, deadline);
    EXPECT_THAT(connection.status(), IsOk());
    return Exchange(**connection, url, request, deadline);
  }

  const TestAuthority authority_;
  std::string folder_;
  std::unique_ptr<ClientTlsContext> tls_;
  std::string head_;
  std::string body_;
};

TEST_F(HttpExchangeTest, SendsTheRequestAsItIs) {
  ExchangeFor("", {.method = "PATCH",
                   .url = "https://api.example:8443/a%2Fb%20c/+;=?q=%7B1%7D&x=a,b",
                   .headers = {{"X-Signature", "sha256=00"}, {"Content-Type", "application/json"}},
                   .body = "{\"a\":\"\xc3\xa9\"}"});
  EXPECT_THAT(head_, testing::StartsWith("PATCH /a%2Fb%20c/+;=?q=%7B1%7D&x=a,b HTTP/1.1\r\n"));
  EXPECT_THAT(head_, AllOf(HasSubstr("\r\nHost: api.example:8443\r\n"),
                           HasSubstr("\r\nX-Signature: sha256=00\r\n"),
                           HasSubstr("\r\nContent-Type: application/json\r\n"),
                           HasSubstr("\r\nContent-Length: 10\r\n"),
                           HasSubstr("\r\nUser-Agent: FluxCascade\r\n")));
  EXPECT_EQ(body_, "{\"a\":\"\xc3\xa9\"}");
}

TEST_F(HttpExchangeTest, HeadersThatAreGivenTakeTheDefaultsPlace) {
  ExchangeFor("", {.headers = {{"user-agent", "probe"}, {"Accept-Encoding", "br"}}});
  EXPECT_THAT(head_, AllOf(HasSubstr("\r\nuser-agent: probe\r\n"), Not(HasSubstr("FluxCascade")),
                           HasSubstr("\r\nAccept-Encoding: br\r\n"), Not(HasSubstr("identity"))));
}

TEST_F(HttpExchangeTest, GivesTheAnswer) {
  const HttpExchange exchange = ExchangeFor(
      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nContent-Length: 4\r\n\r\nslow");
  FC_ASSERT_OK(exchange.response);
  EXPECT_EQ(exchange.response->status, 429);
  EXPECT_EQ(exchange.response->Header("retry-after"), "10");
  EXPECT_EQ(exchange.response->body, "slow");
  EXPECT_FALSE(exchange.response->body_truncated);
  EXPECT_TRUE(exchange.connection_reusable);
}

TEST_F(HttpExchangeTest, HeadersAreGivenAsTheyCame) {
  const HttpExchange exchange = ExchangeFor(
      "HTTP/1.1 100 Continue\r\n\r\n"
      "HTTP/1.1 200 OK\r\nX-B:  50%25 %0d%0aa:b\t\r\nX-a: 1\r\nX-B: 2\r\nX-Empty:\r\n"
      "Content-Length: 3\r\n\r\nX:y");
  FC_ASSERT_OK(exchange.response);
  EXPECT_THAT(exchange.response->headers,
              ElementsAre(Pair("X-B", "50%25 %0d%0aa:b"), Pair("X-a", "1"), Pair("X-B", "2"),
                          Pair("X-Empty", ""), Pair("Content-Length", "3")));
}

TEST_F(HttpExchangeTest, RedirectsAreAnswers) {
  const HttpExchange exchange = ExchangeFor(
      "HTTP/1.1 302 Found\r\nLocation: https://b.example/\r\nContent-Length: 0\r\n\r\n");
  FC_ASSERT_OK(exchange.response);
  EXPECT_EQ(exchange.response->status, 302);
  EXPECT_EQ(exchange.response->Header("Location"), "https://b.example/");
}

TEST_F(HttpExchangeTest, JoinsChunks) {
  const HttpExchange exchange = ExchangeFor(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  FC_ASSERT_OK(exchange.response);
  EXPECT_EQ(exchange.response->body, "abcde");
  EXPECT_TRUE(exchange.connection_reusable);
}

TEST_F(HttpExchangeTest, AnAnswerMayEndWithItsConnection) {
  const HttpExchange exchange = ExchangeFor("HTTP/1.1 200 OK\r\n\r\nto the end");
  FC_ASSERT_OK(exchange.response);
  EXPECT_EQ(exchange.response->body, "to the end");
  EXPECT_FALSE(exchange.connection_reusable);
}

TEST_F(HttpExchangeTest, AnswersThatHaveNoBodyEndWithTheirHead) {
  const HttpExchange no_content = ExchangeFor("HTTP/1.1 204 No Content\r\n\r\n");
  FC_ASSERT_OK(no_content.response);
  EXPECT_TRUE(no_content.connection_reusable);
  const HttpExchange head =
      ExchangeFor("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", {.method = "HEAD"});
  FC_ASSERT_OK(head.response);
  EXPECT_TRUE(head.connection_reusable);
}

TEST_F(HttpExchangeTest, AConnectionIsNotReusedWhenTheServerOrTheVersionSaysSo) {
  for (const char* start : {"HTTP/1.0 200 OK\r\n", "HTTP/1.1 200 OK\r\nConnection: x, CLOSE\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"}) {
    const HttpExchange exchange =
        ExchangeFor(absl::StrCat(start, "Content-Length: 5\r\n\r\n0\r\n\r\n"));
    EXPECT_THAT(exchange.response, IsOk()) << start;
    EXPECT_FALSE(exchange.connection_reusable) << start;
  }
}

TEST_F(HttpExchangeTest, ABodyIsCutAtItsLimit) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde";
  const HttpExchange whole = ExchangeFor(head, {.max_response_bytes = 5});
  FC_ASSERT_OK(whole.response);
  EXPECT_EQ(whole.response->body, "abcde");
  EXPECT_FALSE(whole.response->body_truncated);
  EXPECT_TRUE(whole.connection_reusable);
  const HttpExchange cut = ExchangeFor(head, {.max_response_bytes = 4});
  FC_ASSERT_OK(cut.response);
  EXPECT_EQ(cut.response->status, 200);
  EXPECT_EQ(cut.response->body, "abcd");
  EXPECT_TRUE(cut.response->body_truncated);
  EXPECT_FALSE(cut.connection_reusable);
}

TEST_F(HttpExchangeTest, AnAnswerThatBreaksOffIsUnavailable) {
  for (const char* answer : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "HTTP/1.1 200",
                             "HTTP/1.1 200 OK\r\nX: y\r\n",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
    const HttpExchange exchange = ExchangeFor(answer);
    EXPECT_THAT(exchange.response, StatusIs(StatusCode::kUnavailable, HasSubstr("127.0.0.1")))
        << answer;
    EXPECT_TRUE(exchange.answer_begun);
    EXPECT_FALSE(exchange.connection_reusable);
  }
}

TEST_F(HttpExchangeTest, NoAnswerAtAllIsUnavailable) {
  const HttpExchange exchange = ExchangeFor("");
  EXPECT_THAT(exchange.response, StatusIs(StatusCode::kUnavailable, HasSubstr("closed")));
  EXPECT_FALSE(exchange.answer_begun);
}

TEST_F(HttpExchangeTest, WhatIsNotHttpIsUnavailable) {
  for (const char* answer :
       {"SSH-2.0-OpenSSH_9\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n"}) {
    EXPECT_THAT(ExchangeFor(answer).response,
                StatusIs(StatusCode::kUnavailable, HasSubstr("not HTTP/1.1")))
        << answer;
  }
}

TEST_F(HttpExchangeTest, ContinueIsSkippedAndOtherInterimAnswersAreRefused) {
  const HttpExchange after_continue =
      ExchangeFor("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  FC_ASSERT_OK(after_continue.response);
  EXPECT_EQ(after_continue.response->body, "ok");
  EXPECT_THAT(ExchangeFor("HTTP/1.1 103 Early Hints\r\n\r\n").response,
              StatusIs(StatusCode::kUnavailable, HasSubstr("103")));
}

TEST_F(HttpExchangeTest, LinesOfTheHeadAreBounded) {
  const std::string start = "HTTP/1.1 200 ";
  const std::string end = "\r\nContent-Length: 0\r\n\r\n";
  // The line with its carriage return is 8192 characters long.
  EXPECT_THAT(ExchangeFor(start + std::string(8191 - start.size(), 'x') + end).response, IsOk());
  EXPECT_THAT(ExchangeFor(start + std::string(8192 - start.size(), 'x') + end).response,
              StatusIs(StatusCode::kUnavailable, HasSubstr("too long")));
  EXPECT_THAT(ExchangeFor("HTTP/1.1 200 OK\r\nX: " + std::string(1 << 20, 'x')).response,
              StatusIs(StatusCode::kUnavailable, HasSubstr("too long")));
}

TEST_F(HttpExchangeTest, HeadersAreBoundedInNumber) {
  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&answer, "X-", i, ": y\r\n");
  EXPECT_THAT(ExchangeFor(answer + "\r\n").response, StatusIs(StatusCode::kUnavailable));
}

TEST_F(HttpExchangeTest, AnAnswerThatComesBeforeTheRequestIsWholeCounts) {
  const std::string answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig";
  ScriptedTlsServer server({.certificate = authority_.Issue({.ip_addresses = {"127.0.0.1"}})},
                           [&](ScriptedConnection& connection) {
                             connection.ReadHead();
                             connection.Write(answer);
                             connection.Close();
                             connection.ReadBody(64 << 20);
                           });
  const SocketAddress address = *SocketAddress::Parse(absl::StrCat("127.0.0.1:", server.port()));
  const absl::Duration deadline = SystemClock().Monotonic() + absl::Minutes(1);
  FC_ASSERT_OK_AND_ASSIGN(const auto connection,
                          TlsConnection::Connect(*tls_, "127.0.0.1", address, deadline));
  const HttpExchange exchange =
      Exchange(*connection, *ParseHttpsUrl("https://127.0.0.1/"),
               {.method = "POST", .body = std::string(16 << 20, 'x')}, deadline);
  FC_ASSERT_OK(exchange.response);
  EXPECT_EQ(exchange.response->status, 413);
}

TEST(CheckSendableTest, TakesTokensAndVisibleText) {
  FC_EXPECT_OK(CheckSendable({.method = "PATCH", .headers = {{"X-A_b", "\tv \xc3\xa9"}}}));
}

TEST(CheckSendableTest, RefusesWhatWouldBreakTheRequestApart) {
  for (const char* method : {"", "GET /", "A\r\n"}) {
    EXPECT_THAT(CheckSendable({.method = method}), StatusIs(StatusCode::kInvalidArgument));
  }
  for (const char* name : {"", "a b", "a:", "a\r\nb", "\xc3\xa9"}) {
    EXPECT_THAT(CheckSendable({.headers = {{name, "v"}}}), StatusIs(StatusCode::kInvalidArgument));
  }
  for (const std::string& value :
       {std::string("a\r\nb"), std::string("a\nb"), std::string(1, '\0')}) {
    EXPECT_THAT(CheckSendable({.headers = {{"X", value}}}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("X")));
  }
}

TEST(CheckSendableTest, RefusesHeadersThatAreTheClients) {
  for (const char* name : {"Host", "content-length", "Connection", "Transfer-Encoding"}) {
    EXPECT_THAT(CheckSendable({.headers = {{name, "v"}}}),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("set by the client")));
  }
}

}  // namespace
}  // namespace fluxcascade
