// The edge as it is shipped: its command line, its end, and what a kill leaves behind.

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/crypto/encoding.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/net/testing/datagram_socket.h"
#include "common/net/testing/tls_test_client.h"
#include "common/net/unique_fd.h"
#include "common/random/random.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/process/child_process.h"
#include "tests/process/edge_flags.h"

namespace fluxcascade {
namespace {

using edge::FakeControlPlane;
using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::Optional;
using testing::StartsWith;

constexpr char kProgram[] = "edge/edge";
constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";

edge::v1::Config OneHook() {
  edge::v1::Config config;
  config.set_version(1);
  edge::v1::Hook* hook = config.add_hooks();
  hook->set_id("hook-1");
  hook->set_token(kToken);
  hook->set_public_url("https://hooks.example.com/h");
  edge::v1::Recipe* recipe = hook->add_required();
  recipe->set_label("password");
  recipe->mutable_basic()->add_credentials()->set_value("hook:not-a-secret");
  return config;
}

std::string KeyLine() { return Keyring::NewKeyLine("k1", SecureRandom()); }

class EdgeProcessTest : public testing::Test {
 protected:
  EdgeProcessTest() : arguments_(EdgeFlags(File(""), authority_, control_plane_.address())) {
    arguments_.push_back("--metrics_listen=127.0.0.1:0");
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
  }

  static std::string Write(absl::string_view name, absl::string_view text) {
    EXPECT_THAT(WriteFileAtomically(File(name), text, 0600), IsOk());
    return File(name);
  }

  void Spawn(const std::vector<std::string>& more = {}) {
    ForgetListeningAddress(File(""));
    std::vector<std::string> arguments = arguments_;
    arguments.insert(arguments.end(), more.begin(), more.end());
    edge_ = std::make_unique<ChildProcess>(kProgram, arguments, File("stderr"), environment_);
  }

  static std::string Stderr() { return *ReadFileToString(File("stderr")); }

  // Until it has said hello, taken its configuration, and written where it listens.
  void SpawnAndConfigure(const std::vector<std::string>& more = {}) {
    Spawn(more);
    ASSERT_TRUE(control_plane_.NextHello().has_value()) << Stderr();
    ASSERT_TRUE(control_plane_.SendConfig(OneHook()));
    ASSERT_TRUE(control_plane_.Next(edge::v1::ConnectRequest::kConfigResult).has_value());
    FindAddress();
  }

  void FindAddress() { FC_ASSERT_OK_AND_ASSIGN(address_, ListeningAddress(File(""))); }

  // By what it has on disk, while there is no control plane.
  void KillAndSpawnAlone() {
    control_plane_.Stop();
    edge_->Signal(SIGKILL);
    EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(-SIGKILL));
    Spawn();
    FindAddress();
  }

  // What it said in its log when it was ready; nothing if it was not.
  static nlohmann::json ReadyLine() {
    EXPECT_TRUE(Eventually([] { return absl::StrContains(Stderr(), "\"edge ready\""); }));
    const std::string written = Stderr();
    for (absl::string_view line : absl::StrSplit(written, '\n')) {
      if (!absl::StrContains(line, "\"edge ready\"")) continue;
      return nlohmann::json::parse(line.begin(), line.end());
    }
    return {};
  }

  static std::string Webhook(const std::string& body) {
    return absl::StrCat("POST /v1/hooks/", kToken, " HTTP/1.1\r\nHost: e\r\n",
                        "Authorization: Basic ", Base64Encode("hook:not-a-secret"),
                        "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  }
  std::string Post(const std::string& body) {
    const auto client = TlsTestClient::Connect(address_);
    if (!client.ok()) return client.status().ToString();
    (*client)->Send(Webhook(body));
    return (*client)->ReceiveResponse();
  }

  // What the log holds, in its order.
  std::vector<std::string> PullBodies() {
    std::vector<std::string> bodies;
    size_t before = 0;
    do {
      before = bodies.size();
      EXPECT_TRUE(control_plane_.SendPull(before, 0));
      const auto message = control_plane_.Next(edge::v1::ConnectRequest::kBatch);
      if (!message.has_value()) return bodies;
      for (const auto& request : message->batch().requests()) bodies.push_back(request.body());
    } while (bodies.size() > before);
    return bodies;
  }

  const absl::Time begun_ = absl::Now();
  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  SocketAddress address_;
  std::unique_ptr<ChildProcess> edge_;
};

// One line, without what a person can't use.
void ExpectOneLine(const std::string& text) {
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(text, '\n')).size(), 2) << text;
}

TEST_F(EdgeProcessTest, AWrongFlagIsOneLineAndStatus2) {
  Spawn({"--loops=0"});
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(2));
  EXPECT_EQ(Stderr(), "edge: --loops: 0 is not within 1 to 64\n");

  Spawn({"--no_such_flag=1"});
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(2));
  EXPECT_THAT(Stderr(), HasSubstr("no_such_flag"));
  ExpectOneLine(Stderr());
}

TEST_F(EdgeProcessTest, AMissingFileIsOneLineAndStatus1) {
  Spawn({"--link_ca=/nowhere/ca.pem"});
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(1));
  EXPECT_THAT(Stderr(), StartsWith("edge: "));
  EXPECT_THAT(Stderr(), HasSubstr("/nowhere/ca.pem"));
  ExpectOneLine(Stderr());
}

TEST_F(EdgeProcessTest, SigtermEndsItInOrder) {
  SpawnAndConfigure();
  ASSERT_TRUE(control_plane_.Next(edge::v1::ConnectRequest::kStatus).has_value());
  EXPECT_THAT(Post("[1]"), StartsWith("HTTP/1.1 200 "));
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(0));
  EXPECT_TRUE(control_plane_.WaitForCleanEnds(1));
  // Its last words, well before the next status is due: it has one request that nobody has pulled.
  const auto last = control_plane_.Next(edge::v1::ConnectRequest::kStatus);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->status().log().next_sequence(), 2);
  EXPECT_THAT(Stderr(), Not(HasSubstr("error")));
}

// All that an HTTP server without TLS answers.
std::string GetPlainly(const std::string& address, const std::string& path) {
  const absl::StatusOr<SocketAddress> to = SocketAddress::Parse(address);
  if (!to.ok()) return to.status().ToString();
  const UniqueFd socket(::socket(to->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(socket.get(), to->system(), to->system_size()) != 0) return "no connection";
  const std::string request = absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: e\r\n\r\n");
  send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL);
  std::string response;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = recv(socket.get(), buffer, sizeof(buffer), 0)) > 0) {
    response.append(buffer, static_cast<size_t>(size));
  }
  return response;
}

// Without labels.
std::optional<double> MetricIn(const std::string& metrics, absl::string_view name) {
  const std::string begin = absl::StrCat("fluxcascade_edge_", name, " ");
  for (absl::string_view line : absl::StrSplit(metrics, '\n')) {
    double value = 0;
    if (absl::ConsumePrefix(&line, begin) && absl::SimpleAtod(line, &value)) return value;
  }
  return std::nullopt;
}

// Senders that post one webhook after another, each on a connection of its own that stays open.
class Senders {
 public:
  using Send = std::function<std::string(TlsTestClient& client, const std::string& body)>;

  Senders(int count, const SocketAddress& to, const Send& send) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([this, i, to, send] { Run(absl::StrCat(i, "-"), to, send); });
    }
  }
  ~Senders() { Join(); }

  // Until so many were answered 200, or nobody sends any more.
  void AwaitAnswers(size_t count) {
    MutexLock lock(mutex_);
    while (answered_.size() < count && ended_ < threads_.size()) changed_.Wait(mutex_);
  }
  // The bodies that were answered 200, once no connection is left.
  std::vector<std::string> Join() {
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    MutexLock lock(mutex_);
    return answered_;
  }

 private:
  void Run(const std::string& name, const SocketAddress& to, const Send& send) {
    const auto client = TlsTestClient::Connect(to);
    for (int i = 0; client.ok(); ++i) {
      const std::string body = absl::StrCat(name, i);
      if (!absl::StartsWith(send(**client, body), "HTTP/1.1 200 ")) break;
      MutexLock lock(mutex_);
      answered_.push_back(body);
      changed_.NotifyAll();
    }
    MutexLock lock(mutex_);
    ++ended_;
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> answered_ FC_GUARDED_BY(mutex_);
  size_t ended_ FC_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_;
};

TEST_F(EdgeProcessTest, SigtermUnderLoadLosesNothingThatWasAnswered) {
  SpawnAndConfigure();
  Senders senders(8, address_, [](TlsTestClient& client, const std::string& body) {
    client.Send(Webhook(body));
    return client.ReceiveResponse();
  });
  senders.AwaitAnswers(300);
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(0)) << Stderr();
  const std::vector<std::string> answered = senders.Join();
  EXPECT_GE(answered.size(), 300u);

  SpawnAndConfigure();
  const std::vector<std::string> logged = PullBodies();
  const std::set<std::string> kept(logged.begin(), logged.end());
  for (const std::string& body : answered) EXPECT_THAT(kept, Contains(body));
  EXPECT_EQ(logged.size(), kept.size()) << "none is there twice";
}

TEST_F(EdgeProcessTest, AClientThatStopsHalfwayHoldsUpNoStop) {
  SpawnAndConfigure({"--drain_timeout=100ms", "--head_timeout=1h", "--request_rate_grace=1h"});
  FC_ASSERT_OK_AND_ASSIGN(const auto client, TlsTestClient::Connect(address_));
  client->Send("POST /v1/hooks/");
  // Served by the same loops, so the half request has been read by then, or soon will be.
  EXPECT_THAT(Post("[1]"), StartsWith("HTTP/1.1 200 "));
  edge_->Signal(SIGTERM);
  // Sooner than without the flag.
  EXPECT_THAT(edge_->WaitFor(absl::Seconds(9)), Optional(0));
}

TEST_F(EdgeProcessTest, MetricsAreOnAPortOfTheirOwnInPlainHttp) {
  SpawnAndConfigure();
  EXPECT_THAT(Post("[1]"), StartsWith("HTTP/1.1 200 "));
  const std::string metrics = GetPlainly(ReadyLine()["metrics_listen"], "/metrics");
  EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200 OK\r\n"));
  for (const char* line :
       {"requests_total{hook=\"hook-1\",outcome=\"accepted\"} 1", "link_connected 1", "ready 1",
        "log_unacknowledged_requests 1", "config_version 1", "accepted_connections_total 1",
        "stage_duration_seconds_count{stage=\"handshake\"} 1",
        "stage_duration_seconds_count{stage=\"read\"} 1",
        "stage_duration_seconds_count{stage=\"verify\"} 1",
        "stage_duration_seconds_count{stage=\"append\"} 1",
        "stage_duration_seconds_count{stage=\"sync\"} 1",
        "stage_duration_seconds_count{stage=\"answer\"} 1"}) {
    EXPECT_THAT(metrics, HasSubstr(absl::StrCat("\nfluxcascade_edge_", line, "\n")));
  }
  // The test's certificates are good for a day.
  EXPECT_THAT(MetricIn(metrics, "certificate_not_after_seconds"),
              Optional(AllOf(Ge(absl::ToUnixSeconds(begun_ + absl::Hours(24))),
                             Le(absl::ToUnixSeconds(absl::Now() + absl::Hours(24))))));
}

// The names in the first cells of a table's rows, without labels: | `name{label}` | …
std::set<std::string> NamesInTable(const std::string& markdown) {
  std::set<std::string> names;
  for (absl::string_view line : absl::StrSplit(markdown, '\n')) {
    if (!absl::ConsumePrefix(&line, "| `")) continue;
    names.emplace(line.substr(0, line.find_first_of("`{")));
  }
  return names;
}

std::set<std::string> NamesOfMetrics(const std::string& metrics) {
  std::set<std::string> names;
  for (absl::string_view line : absl::StrSplit(metrics, '\n')) {
    if (!absl::ConsumePrefix(&line, "# TYPE ")) continue;
    names.emplace(line.substr(0, line.find(' ')));
  }
  return names;
}

TEST_F(EdgeProcessTest, EveryMetricIsInTheReadmeAndNoOtherIs) {
  SpawnAndConfigure();
  const std::string metrics = GetPlainly(ReadyLine()["metrics_listen"], "/metrics");
  FC_ASSERT_OK_AND_ASSIGN(const std::string readme, ReadFileToString("edge/metrics/README.md"));
  EXPECT_EQ(NamesOfMetrics(metrics), NamesInTable(readme));
}

TEST_F(EdgeProcessTest, WithoutAnAddressThereAreNoMetrics) {
  SpawnAndConfigure({"--metrics_listen="});
  EXPECT_EQ(ReadyLine()["metrics_listen"], "");
}

TEST_F(EdgeProcessTest, TheServiceManagerHearsOfStartAndStopAndInBetweenThatItLives) {
  DatagramSocket manager(absl::StrCat("/tmp/fluxcascade-edge-process-", getpid()));
  environment_ = {absl::StrCat("NOTIFY_SOCKET=", manager.name()), "WATCHDOG_USEC=100000"};
  SpawnAndConfigure();
  EXPECT_EQ(manager.Next(), "READY=1");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.Next(), "WATCHDOG=1");
  edge_->Signal(SIGTERM);
  std::string last = manager.Next();
  while (last == "WATCHDOG=1") last = manager.Next();
  EXPECT_EQ(last, "STOPPING=1");
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(0));
}

TEST_F(EdgeProcessTest, AnEnvironmentThatMakesNoSenseIsOneLineAndStatus1) {
  environment_ = {"NOTIFY_SOCKET=nonsense"};
  Spawn();
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(1));
  EXPECT_THAT(Stderr(), StartsWith("edge: NOTIFY_SOCKET is 'nonsense'"));
  ExpectOneLine(Stderr());
}

TEST_F(EdgeProcessTest, SighupHasItReadItsCertificatesAgain) {
  SpawnAndConfigure();
  FC_ASSERT_OK_AND_ASSIGN(const auto before, TlsTestClient::Connect(address_));
  const TestCertificate renewed = authority_.Issue({.dns_names = {"edge-1"}});
  Write("node.pem", renewed.certificate_pem);
  Write("node.key", renewed.key_pem);
  edge_->Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] {
    const auto after = TlsTestClient::Connect(address_);
    return after.ok() && (*after)->server_certificate_pem() == renewed.certificate_pem;
  }));
  ASSERT_TRUE(before->Send("GET /healthz HTTP/1.1\r\nHost: e\r\n\r\n"));
  EXPECT_THAT(before->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(0));
}

TEST_F(EdgeProcessTest, WhatWasAcceptedOutlivesAKill) {
  SpawnAndConfigure();
  for (const char* body : {"one", "two"}) {
    EXPECT_THAT(Post(body), StartsWith("HTTP/1.1 200 "));
  }
  edge_->Signal(SIGKILL);
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(-SIGKILL));

  SpawnAndConfigure();
  ASSERT_TRUE(control_plane_.SendPull(0, 10000));
  const auto batch = control_plane_.Next(edge::v1::ConnectRequest::kBatch);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->batch().requests_size(), 2);
  EXPECT_EQ(batch->batch().requests(1).body(), "two");
}

TEST_F(EdgeProcessTest, KilledWhileTheControlPlaneIsDownItTakesWebhooksAgainByItsCopy) {
  arguments_.push_back("--config_key_file=" + Write("keys", KeyLine()));
  SpawnAndConfigure();
  std::string metrics = GetPlainly(ReadyLine()["metrics_listen"], "/metrics");
  EXPECT_THAT(MetricIn(metrics, "config_from_copy"), Optional(0));
  EXPECT_THAT(MetricIn(metrics, "config_copied"), Optional(1));
  const absl::Time received_before = absl::Now();
  KillAndSpawnAlone();
  EXPECT_THAT(Post("alone"), StartsWith("HTTP/1.1 200 ")) << Stderr();
  const double least_age_s = absl::ToDoubleSeconds(absl::Now() - received_before);
  metrics = GetPlainly(ReadyLine()["metrics_listen"], "/metrics");
  EXPECT_THAT(MetricIn(metrics, "config_from_copy"), Optional(1));
  EXPECT_THAT(MetricIn(metrics, "config_copied"), Optional(1));
  EXPECT_THAT(MetricIn(metrics, "config_age_seconds"),
              Optional(AllOf(Ge(least_age_s), Le(absl::ToDoubleSeconds(absl::Now() - begun_)))));
}

TEST_F(EdgeProcessTest, TheServiceManagersCredentialsHoldTheKeyOfItsCopy) {
  FC_ASSERT_OK(MakeFolders(File("credentials"), 0700));
  Write("credentials/config.key", KeyLine());
  environment_ = {"CREDENTIALS_DIRECTORY=" + File("credentials")};
  SpawnAndConfigure();
  KillAndSpawnAlone();
  EXPECT_THAT(Post("alone"), StartsWith("HTTP/1.1 200 ")) << Stderr();
}

TEST_F(EdgeProcessTest, WhatGrpcSaysIsALineOfTheLogLikeAnyOther) {
  const TestAuthority other;
  arguments_.push_back("--link_ca=" + Write("other.pem", other.certificate_pem()));
  Spawn();
  EXPECT_TRUE(Eventually([] { return absl::StrContains(Stderr(), "\"gRPC says\""); }));
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kTestPatience), Optional(0));
  const std::string log = Stderr();
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    EXPECT_TRUE(nlohmann::json::accept(line.begin(), line.end())) << line;
  }
}

}  // namespace
}  // namespace fluxcascade
