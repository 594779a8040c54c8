#include "common/http/pooled_http_client.h"

#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "common/http/http_client.h"
#include "common/http/testing/scripted_tls_server.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::AllOf;
using testing::HasSubstr;

constexpr absl::Duration kLong = absl::Minutes(1);
// For requests that are to run out of time.
constexpr absl::Duration kShort = absl::Milliseconds(100);

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class PooledHttpClientTest : public testing::Test {
 protected:
  PooledHttpClientTest() {
    char name[] = "/tmp/pooled_http_client_test.XXXXXX";
    folder_ = mkdtemp(name);
    options_.threads = 4;
    options_.threads_per_host = 2;
    options_.ca_file = absl::StrCat(folder_, "/ca.pem");
    options_.allow_private_addresses = true;
    FC_EXPECT_OK(WriteFileAtomically(options_.ca_file, authority_.certificate_pem(), 0600));
  }
  ~PooledHttpClientTest() override {
    client_.reset();  // before the server: it may have to wait for an answer
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Serve(ScriptedTlsServer::Script script, ScriptedTlsServer::Options options = {}) {
    if (options.certificate.key_pem.empty()) {
      options.certificate =
          authority_.Issue({.dns_names = {"localhost"}, .ip_addresses = {"127.0.0.1"}});
    }
    server_ = std::make_unique<ScriptedTlsServer>(options, std::move(script));
  }
  // Answers every request of every connection with `answer`.
  void ServeAlways(const std::string& answer) {
    Serve([answer](ScriptedConnection& connection) {
      while (!connection.ReadHead().empty()) connection.Write(answer);
    });
  }
  // Answers nothing.
  void ServeNothing() {
    Serve([](ScriptedConnection& connection) {
      while (!connection.ReadHead().empty()) {
      }
    });
  }

  HttpClient& client() {
    if (client_ == nullptr) {
      auto made = MakePooledHttpClient(options_);
      EXPECT_THAT(made, IsOk());
      client_ = *std::move(made);
    }
    return *client_;
  }

  std::string Url(const std::string& target = "/", const std::string& host = "127.0.0.1") const {
    return absl::StrCat("https://", host, ":", server_->port(), target);
  }

  absl::StatusOr<HttpResponse> Get(absl::Duration timeout = kLong) {
    return client().SendAndWait({.url = Url()}, timeout);
  }
  absl::StatusOr<HttpResponse> Post(absl::Duration timeout = kLong) {
    return client().SendAndWait({.method = "POST", .url = Url()}, timeout);
  }

  const TestAuthority authority_;
  std::string folder_;
  PooledHttpClientOptions options_;
  std::unique_ptr<ScriptedTlsServer> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_F(PooledHttpClientTest, KeepsAConnectionForTheNextRequest) {
  ServeAlways(kOk);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(PooledHttpClientTest, KeepsAConnectionOfTls12Too) {
  Serve(
      [](ScriptedConnection& connection) {
        while (!connection.ReadHead().empty()) connection.Write(kOk);
      },
      {.max_tls_version = TLS1_2_VERSION});
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(PooledHttpClientTest, TakesANewConnectionWhenTheServerSaysThatItCloses) {
  ServeAlways("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(Post(), IsOk());
  EXPECT_THAT(Post(), IsOk());
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(PooledHttpClientTest, NoticesAKeptConnectionThatTheServerHasClosed) {
  absl::Notification closed;
  Serve([&](ScriptedConnection& connection) {
    connection.ReadHead();
    connection.Write(kOk);
    if (connection.number() == 1) {
      connection.Close();
      closed.Notify();
    }
    connection.ReadHead();
  });
  EXPECT_THAT(Post(), IsOk());
  closed.WaitForNotification();
  EXPECT_THAT(Post(), IsOk());
  EXPECT_EQ(server_->connections(), 2);
}

// The first request of the first connection is answered; the second is read, and the connection
// closed.
void LoseTheSecondRequest(ScriptedConnection& connection) {
  connection.ReadHead();
  connection.Write(kOk);
  connection.ReadHead();
  if (connection.number() > 1) connection.Write(kOk);
}

TEST_F(PooledHttpClientTest, AGetThatIsLostWithAKeptConnectionIsSentAgain) {
  Serve(LoseTheSecondRequest);
  EXPECT_THAT(Get(), IsOk());
  EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(PooledHttpClientTest, APostThatIsLostIsNotSentAgain) {
  Serve(LoseTheSecondRequest);
  EXPECT_THAT(Post(), IsOk());
  EXPECT_THAT(Post(), StatusIs(StatusCode::kUnavailable,
                               AllOf(HasSubstr("127.0.0.1"), HasSubstr("closed"))));
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(PooledHttpClientTest, AGetThatIsLostWithANewConnectionIsNotSentAgain) {
  Serve([](ScriptedConnection& connection) { connection.ReadHead(); });
  EXPECT_THAT(Get(), StatusIs(StatusCode::kUnavailable));
  EXPECT_EQ(server_->connections(), 1);
}

TEST_F(PooledHttpClientTest, AKeptConnectionIsNotUsedAfterItsTimeout) {
  options_.idle_timeout = absl::Nanoseconds(1);
  ServeAlways(kOk);
  EXPECT_THAT(Get(), IsOk());
  EXPECT_THAT(Get(), IsOk());
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(PooledHttpClientTest, ASilentServerEndsAtTheDeadline) {
  ServeNothing();
  EXPECT_THAT(Get(kShort),
              StatusIs(StatusCode::kDeadlineExceeded,
                       AllOf(HasSubstr("100ms"), HasSubstr("reading"), HasSubstr("127.0.0.1"))));
}

TEST_F(PooledHttpClientTest, AHandshakeThatDoesNotEndEndsAtTheDeadline) {
  Serve([](ScriptedConnection&) {}, {.mute = true});
  EXPECT_THAT(Get(kShort), StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("handshake")));
}

TEST_F(PooledHttpClientTest, AnAnswerThatNeverEndsEndsAtTheDeadline) {
  for (const char* start : {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n\r\n"}) {
    Serve([start](ScriptedConnection& connection) {
      connection.ReadHead();
      connection.Write(start);
      while (connection.Write("x")) absl::SleepFor(absl::Milliseconds(1));
    });
    EXPECT_THAT(Get(kShort), StatusIs(StatusCode::kDeadlineExceeded));
  }
}

TEST_F(PooledHttpClientTest, ABodyThatIsNotTakenEndsAtTheDeadline) {
  absl::Notification over;
  Serve([&](ScriptedConnection&) { over.WaitForNotification(); });
  const std::string large(16 << 20, 'x');
  EXPECT_THAT(client().SendAndWait({.method = "POST", .url = Url(), .body = large}, kShort),
              StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("sending")));
  over.Notify();
  client_.reset();
  server_.reset();  // whose thread may still be in the notification
}

TEST_F(PooledHttpClientTest, WaitingForATurnCountsTowardsTheDeadline) {
  options_.threads_per_host = 1;
  ServeNothing();
  absl::Notification first_is_over;
  client().Send({.url = Url()}, 3 * kShort, [&](const auto&) { first_is_over.Notify(); });
  EXPECT_THAT(Get(kShort), StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("no turn")));
  EXPECT_FALSE(first_is_over.HasBeenNotified());
  first_is_over.WaitForNotification();
}

TEST_F(PooledHttpClientTest, ATimeoutOfNothingSendsNothing) {
  ServeAlways(kOk);
  EXPECT_THAT(Get(absl::ZeroDuration()), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Get(-absl::Seconds(1)), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(PooledHttpClientTest, ASlowHostDoesNotHoldOthers) {
  absl::Notification go_on;
  Serve([&](ScriptedConnection& connection) {
    const std::string head = connection.ReadHead();
    if (absl::StrContains(head, "/slow")) go_on.WaitForNotification();
    connection.Write(kOk);
  });
  std::atomic<int> answered = 0;
  for (int i = 0; i < 10; ++i) {
    client().Send({.url = Url("/slow")}, kLong, [&](const auto&) { ++answered; });
  }
  // The same server by another name is another host.
  EXPECT_THAT(client().SendAndWait({.url = Url("/", "localhost")}, kLong), IsOk());
  EXPECT_EQ(answered, 0);
  go_on.Notify();
  // Those that had to wait for a turn look at what is here, too.
  EXPECT_TRUE(Eventually([&] { return answered == 10; }));
}

TEST_F(PooledHttpClientTest, OneMoreThanMayWaitIsRefused) {
  options_.threads = 1;
  options_.threads_per_host = 1;
  options_.max_waiting = 2;
  absl::Notification begun;
  absl::Notification go_on;
  Serve([&](ScriptedConnection& connection) {
    while (!connection.ReadHead().empty()) {
      if (!begun.HasBeenNotified()) begun.Notify();
      go_on.WaitForNotification();
      connection.Write(kOk);
    }
  });
  std::atomic<int> answered = 0;
  const auto count = [&](const absl::StatusOr<HttpResponse>& response) {
    FC_EXPECT_OK(response);
    ++answered;
  };
  client().Send({.url = Url()}, kLong, count);
  begun.WaitForNotification();
  client().Send({.url = Url()}, kLong, count);
  client().Send({.url = Url()}, kLong, count);
  EXPECT_THAT(Get(), StatusIs(StatusCode::kResourceExhausted, HasSubstr("2")));
  EXPECT_EQ(answered, 0);
  go_on.Notify();
  EXPECT_TRUE(Eventually([&] { return answered == 3; }));
}

TEST_F(PooledHttpClientTest, ShuttingDownCancelsWhatWaitsAndFinishesWhatIsInFlight) {
  options_.threads_per_host = 1;
  absl::Notification begun;
  absl::Notification go_on;
  Serve([&](ScriptedConnection& connection) {
    connection.ReadHead();
    begun.Notify();
    go_on.WaitForNotification();
    connection.Write(kOk);
  });
  absl::Status in_flight = absl::UnknownError("");
  absl::Status waiting = absl::UnknownError("");
  client().Send({.url = Url()}, kLong,
                [&](const auto& response) { in_flight = response.status(); });
  begun.WaitForNotification();
  client().Send({.url = Url()}, kLong, [&](const auto& response) {
    waiting = response.status();
    go_on.Notify();  // what waits is told at once, not when the rest is over
  });
  client_.reset();
  EXPECT_THAT(in_flight, IsOk());
  EXPECT_THAT(waiting, StatusIs(StatusCode::kCancelled));
}

TEST_F(PooledHttpClientTest, BadRequestsAreRefusedWithoutAConnection) {
  ServeAlways(kOk);
  for (const HttpRequest& request :
       {HttpRequest{.url = "http://127.0.0.1/"}, HttpRequest{.url = "not a url"},
        HttpRequest{.method = "GET /", .url = Url()},
        HttpRequest{.url = Url(), .headers = {{"X", "a\r\nY: b"}}}}) {
    EXPECT_THAT(client().SendAndWait(request, kLong), StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(PooledHttpClientTest, PrivateAddressesAreRefusedWithoutAConnection) {
  options_.allow_private_addresses = false;
  ServeAlways(kOk);
  for (const char* host : {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"}) {
    EXPECT_THAT(client().SendAndWait({.url = Url("/", host)}, kLong),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("not a public address")))
        << host;
  }
  EXPECT_EQ(server_->connections(), 0);
}

TEST_F(PooledHttpClientTest, ARefusedConnectionIsUnavailableAndNamesTheHost) {
  ServeAlways(kOk);
  const std::string url = Url("/", "localhost");
  server_.reset();
  EXPECT_THAT(client().SendAndWait({.url = url}, kLong),
              StatusIs(StatusCode::kUnavailable, HasSubstr("cannot connect to localhost")));
}

TEST_F(PooledHttpClientTest, OptionsOutOfRangeAreRefused) {
  const auto is_refused = [&](auto change) {
    PooledHttpClientOptions options = options_;
    change(options);
    return absl::IsInvalidArgument(MakePooledHttpClient(options).status());
  };
  EXPECT_TRUE(is_refused([](auto& options) { options.threads = 0; }));
  EXPECT_TRUE(is_refused([](auto& options) { options.threads = 1025; }));
  EXPECT_TRUE(is_refused([](auto& options) { options.threads_per_host = 0; }));
  EXPECT_TRUE(is_refused([](auto& options) { options.threads_per_host = 5; }));
  EXPECT_TRUE(is_refused([](auto& options) { options.max_waiting = 0; }));
  EXPECT_TRUE(is_refused([](auto& options) { options.idle_timeout = absl::ZeroDuration(); }));
  EXPECT_TRUE(is_refused([](auto& options) { options.ca_file = "/nonexistent/ca.pem"; }));
  EXPECT_FALSE(is_refused([](auto& options) { options.threads_per_host = 4; }));
}

// A client of this test's authority against a server with another certificate.
class CertificateTest : public PooledHttpClientTest {
 protected:
  absl::StatusOr<HttpResponse> GetFrom(const TestCertificate& certificate,
                                       const std::string& host = "localhost") {
    Serve(
        [](ScriptedConnection& connection) {
          connection.ReadHead();
          connection.Write(kOk);
        },
        {.certificate = certificate});
    return client().SendAndWait({.url = Url("/", host)}, kLong);
  }
};

TEST_F(CertificateTest, TakesOneForTheHost) {
  EXPECT_THAT(GetFrom(authority_.Issue({.dns_names = {"a.example", "localhost"}})), IsOk());
  EXPECT_THAT(GetFrom(authority_.Issue({.ip_addresses = {"127.0.0.1"}}), "127.0.0.1"), IsOk());
}

TEST_F(CertificateTest, RefusesOneOfAnotherAuthority) {
  const TestAuthority other;
  EXPECT_THAT(GetFrom(other.Issue({.dns_names = {"localhost"}})),
              StatusIs(StatusCode::kUnavailable,
                       AllOf(HasSubstr("localhost"), HasSubstr("certificate is refused"))));
}

TEST_F(CertificateTest, RefusesOneForAnotherHost) {
  for (const TestCertificateOptions& options : std::vector<TestCertificateOptions>{
           {.dns_names = {"a.example"}}, {.ip_addresses = {"127.0.0.1"}}, {}}) {
    EXPECT_THAT(GetFrom(authority_.Issue(options)),
                StatusIs(StatusCode::kUnavailable, HasSubstr("Hostname mismatch")));
  }
  EXPECT_THAT(GetFrom(authority_.Issue({.dns_names = {"localhost"}}), "127.0.0.1"),
              StatusIs(StatusCode::kUnavailable, HasSubstr("IP address mismatch")));
}

TEST_F(CertificateTest, RefusesOneOutOfDate) {
  EXPECT_THAT(GetFrom(authority_.Issue({.dns_names = {"localhost"},
                                        .valid_from = -absl::Hours(2),
                                        .valid_until = -absl::Hours(1)})),
              StatusIs(StatusCode::kUnavailable, HasSubstr("expired")));
}

TEST_F(CertificateTest, RefusesTls11) {
  Serve([](ScriptedConnection&) {}, {.max_tls_version = TLS1_1_VERSION});
  EXPECT_THAT(Get(), StatusIs(StatusCode::kUnavailable, HasSubstr("handshake")));
}

}  // namespace
}  // namespace fluxcascade
