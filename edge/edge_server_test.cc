// The whole edge in one process: HTTPS on one side, a control plane over mutual TLS on the other,
// RocksDB on disk between them.

#include "edge/edge_server.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/net/testing/tls_test_client.h"
#include "common/server/liveness.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/testing/test_certificates.h"
#include "edge/log/log_position.h"
#include "edge/testing/fake_control_plane.h"
#include "edge/verify/recipes_for_test.h"
#include "edge/verify/sender_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = v1::ConnectRequest;

constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";
constexpr char kUnknownToken[] = "BBBBBBBBBBBBBBBBBBBBBA";
constexpr char kPublicUrl[] = "https://hooks.example.com/v1/hooks/AAAAAAAAAAAAAAAAAAAAAA";
constexpr uint32_t kHookBodyLimit = 10000;

v1::Config ConfigOf(int64_t version) {
  v1::Config config;
  config.set_version(version);
  v1::Hook* hook = config.add_hooks();
  hook->set_id("hook-1");
  hook->set_token(kToken);
  hook->set_public_url(kPublicUrl);
  hook->set_max_body_bytes(kHookBodyLimit);
  hook->add_logged_headers("x-attempt");
  *hook->add_required() = Labelled("v3", TimedHmac());
  return config;
}

// The answer without its Date, which may differ from one second to the next.
std::string WithoutDate(const std::string& response) {
  std::string kept;
  for (absl::string_view line : absl::StrSplit(response, "\r\n")) {
    if (!absl::StartsWithIgnoreCase(line, "date:")) absl::StrAppend(&kept, line, "\n");
  }
  return kept;
}

class EdgeServerTest : public testing::Test {
 protected:
  EdgeServerTest() {
    const TestCertificate edge = authority_.Issue({.dns_names = {"edge-1"}});
    options_.listen = *SocketAddress::Parse("127.0.0.1:0");
    options_.tls.pairs = {{File("hooks.pem"), File("hooks.key")}};
    WriteHooks(hooks_);
    options_.link = {.certificate = Write("edge.pem", edge.certificate_pem),
                     .key = Write("edge.key", edge.key_pem),
                     .authorities = Write("ca.pem", authority_.certificate_pem())};
    options_.log_dir = File("log");
    options_.quarantine_dir = File("quarantine");
    options_.min_free_bytes = 0;
    options_.log_zeros_ahead = false;
    options_.control_plane = control_plane_.address();
    options_.max_body_bytes = 20000;
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
  }

  static std::string Write(absl::string_view name, absl::string_view text) {
    EXPECT_THAT(WriteFileAtomically(File(name), text, 0600), IsOk());
    return File(name);
  }

  static void WriteHooks(const TestCertificate& hooks) {
    Write("hooks.pem", hooks.certificate_pem);
    Write("hooks.key", hooks.key_pem);
  }

  void StartAlone() {
    absl::StatusOr<std::unique_ptr<EdgeServer>> server =
        EdgeServer::Start(options_, SystemClock(), SecureRandom());
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  void Start() {
    StartAlone();
    hello_ = control_plane_.NextHello();
    ASSERT_TRUE(hello_.has_value());
  }

  void StartConfigured() {
    Start();
    EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  }

  std::string ConfigErrorOf(const v1::Config& config) {
    EXPECT_TRUE(control_plane_.SendConfig(config));
    const auto result = control_plane_.Next(Kind::kConfigResult);
    return result.has_value() ? result->config_result().error() : "no answer";
  }

  // Of a hook that keeps what it refuses.
  static v1::Config QuarantiningConfig(int64_t version, const std::string& secret) {
    v1::Config config = ConfigOf(version);
    v1::Hook& hook = *config.mutable_hooks(0);
    hook.mutable_required(0)->mutable_digest()->mutable_secrets(0)->set_value(secret);
    hook.mutable_quarantine()->set_max_requests(10);
    hook.mutable_quarantine()->set_max_bytes(1 << 20);
    return config;
  }

  v1::QuarantineResult Release() {
    v1::ConnectResponse message;
    message.mutable_release_quarantine()->set_hook_id("hook-1");
    message.mutable_release_quarantine()->set_mode(v1::ReleaseQuarantine::MODE_RELEASE);
    EXPECT_TRUE(control_plane_.Send(message));
    const auto result = control_plane_.Next(Kind::kQuarantineResult);
    EXPECT_TRUE(result.has_value());
    return result.has_value() ? result->quarantine_result() : v1::QuarantineResult();
  }

  std::unique_ptr<TlsTestClient> Connect(const TlsTestClient::Options& options = {}) {
    auto client = TlsTestClient::Connect(server_->address(), options);
    EXPECT_THAT(client.status(), IsOk());
    return client.ok() ? *std::move(client) : nullptr;
  }

  static std::string ExchangeOn(TlsTestClient& client, const std::string& request) {
    EXPECT_TRUE(client.Send(request));
    return client.ReceiveResponse();
  }

  std::string Exchange(const std::string& request) { return ExchangeOn(*Connect(), request); }

  static std::string GetOf(absl::string_view path) {
    return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: e\r\n\r\n");
  }
  std::string Get(absl::string_view path) { return Exchange(GetOf(path)); }

  struct Webhook {
    std::string token = kToken;
    std::string body = "[]";
    std::optional<std::string> query = {};
    // Of the signature.
    std::string secret = kTestSecret;
    // More of them.
    std::string headers = "";
  };

  std::string Post(const Webhook& webhook) { return Exchange(RequestFor(webhook)); }

  static std::string RequestFor(const Webhook& webhook) {
    OwnedRequest request{.query = webhook.query, .body = webhook.body};
    const std::string timestamp = absl::StrCat(absl::ToUnixMillis(absl::Now()));
    const std::string signature = SenderForTest(TimedHmac(), kPublicUrl)
                                      .HeaderValue(request.View(), timestamp, {webhook.secret});
    return absl::StrCat(
        "POST /v1/hooks/", webhook.token, webhook.query.has_value() ? "?" : "",
        webhook.query.value_or(""),
        " HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: ", webhook.body.size(),
        "\r\nX-Attempt: 0\r\nCookie: c\r\nX-Request-Timestamp: ", timestamp,
        "\r\nX-Signature-V3: ", signature, "\r\n", webhook.headers, "\r\n", webhook.body);
  }

  // As a sender makes it that signs with a key and numbers its messages.
  static std::string StandardMessage(const std::string& id) {
    OwnedRequest request{.headers = {{"webhook-id", id}}, .body = "[]"};
    const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(absl::Now()));
    const std::string signature = SenderForTest(StandardWebhookOfAKey(), kPublicUrl)
                                      .HeaderValue(request.View(), timestamp, {kTestSeed});
    return absl::StrCat("POST /v1/hooks/", kToken, " HTTP/1.1\r\nHost: hooks.example.com\r\n",
                        "Content-Length: 2\r\nWebhook-Id: ", id,
                        "\r\nWebhook-Timestamp: ", timestamp, "\r\nWebhook-Signature: ", signature,
                        "\r\n\r\n[]");
  }

  // What the control plane gets when it asks for what comes after `after`.
  std::vector<v1::LoggedRequest> PullAfter(uint64_t after) {
    EXPECT_TRUE(control_plane_.SendPull(after, 10000));
    const auto batch = control_plane_.Next(Kind::kBatch);
    if (!batch.has_value()) return {};
    return {batch->batch().requests().begin(), batch->batch().requests().end()};
  }

  TestAuthority authority_;
  const TestCertificate hooks_ = authority_.Issue({.dns_names = {"hooks.example.com"}});
  FakeControlPlane control_plane_{authority_, authority_};
  EdgeOptions options_;
  std::unique_ptr<EdgeServer> server_;
  std::optional<v1::Hello> hello_;
};

TEST_F(EdgeServerTest, ASignedWebhookIsAcceptedAndArrivesAtTheControlPlane) {
  StartConfigured();
  EXPECT_THAT(Post({.body = R"([{"id":1}])", .query = "a=%2F"}), StartsWith("HTTP/1.1 200 "));
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].sequence(), 1);
  EXPECT_EQ(requests[0].hook_id(), "hook-1");
  EXPECT_EQ(requests[0].body(), R"([{"id":1}])");
  EXPECT_EQ(requests[0].query(), "a=%2F");
  EXPECT_EQ(requests[0].verified_by(0), "v3");
  ASSERT_EQ(requests[0].headers_size(), 1);
  EXPECT_EQ(requests[0].headers(0).name(), "x-attempt");
}

TEST_F(EdgeServerTest, ACompressedWebhookVerifiesAsItWasSentAndArrivesWithItsCoding) {
  StartConfigured();
  const std::string body("\x1f\x8b\x08\x00packed", 10);
  EXPECT_THAT(Post({.body = body, .headers = "Content-Encoding: gzip\r\n"}),
              StartsWith("HTTP/1.1 200 "));
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].body(), body);
  ASSERT_EQ(requests[0].headers_size(), 2);
  EXPECT_EQ(requests[0].headers(1).name(), "content-encoding");
  EXPECT_EQ(requests[0].headers(1).value(), "gzip");
}

TEST_F(EdgeServerTest, AHookOverItsRateIsToldToWait) {
  options_.limits.hook_rate = {.requests_per_second = 1, .burst = 2};
  StartConfigured();
  // At once, so that no token comes in between.
  const std::string honest = RequestFor({});
  const auto client = TlsTestClient::Connect(server_->address());
  ASSERT_TRUE((*client)->Send(honest + RequestFor({.secret = "another"}) + honest + honest));
  EXPECT_THAT((*client)->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT((*client)->ReceiveResponse(), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT((*client)->ReceiveResponse(), StartsWith("HTTP/1.1 200 "));
  const std::string answer = (*client)->ReceiveResponse();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 429 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
}

TEST_F(EdgeServerTest, WithoutAConfigurationSendersAreToldToComeBack) {
  Start();
  const std::string response = Post({});
  EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(response, HasSubstr("Retry-After: "));
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeServerTest, AFullLogTellsSendersToComeBackUntilTheControlPlaneHasAcknowledged) {
  // A little more than the room that there must be to be ready.
  options_.max_log_bytes = kMaxReadBytes + 50'000;
  StartConfigured();
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 "));
  const auto client = Connect();
  std::string answer;
  uint64_t taken = 0;
  for (; taken < 1000; ++taken) {
    answer = ExchangeOn(*client, RequestFor({.body = std::string(kHookBodyLimit, 'b')}));
    if (!absl::StartsWith(answer, "HTTP/1.1 200 ")) break;
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: "));
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(PullAfter(taken - 1).size(), 1);
  ASSERT_TRUE(control_plane_.SendAck(taken));
  EXPECT_TRUE(Eventually([&] { return absl::StartsWith(Get("/readyz"), "HTTP/1.1 200 "); }));
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 200 "));

  server_.reset();
  StartConfigured();
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 ")) << "after a restart, too";
}

TEST_F(EdgeServerTest, AnUnknownTokenAndAWrongSignatureAreAnsweredAlike) {
  StartConfigured();
  const std::string unknown = Post({.token = kUnknownToken});
  const std::string wrong = Post({.secret = "another"});
  const std::string large =
      Post({.body = std::string(kHookBodyLimit + 1, 'b'), .secret = "another"});
  EXPECT_THAT(unknown, StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(WithoutDate(unknown), WithoutDate(wrong));
  EXPECT_EQ(WithoutDate(unknown), WithoutDate(large));
}

TEST_F(EdgeServerTest, WhatIsRejectedIsReportedWithTheReason) {
  StartConfigured();
  Post({.body = "forged", .secret = "another"});
  const auto message = control_plane_.Next(Kind::kRejections);
  ASSERT_TRUE(message.has_value());
  const v1::RejectedRequest& rejection = message->rejections().rejections(0);
  EXPECT_EQ(rejection.hook_id(), "hook-1");
  EXPECT_EQ(rejection.recipe_label(), "v3");
  EXPECT_EQ(rejection.reason(), v1::RejectedRequest::REASON_SIGNATURE_MISMATCH);
  EXPECT_EQ(rejection.remote_address(), "127.0.0.1");
  EXPECT_EQ(rejection.body_preview(), "forged");
}

TEST_F(EdgeServerTest, AMessageThatComesTwiceIsAnsweredAlikeAndArrivesOnce) {
  Start();
  v1::Config config = ConfigOf(1);
  *config.mutable_hooks(0)->mutable_required(0) = Labelled("v1", StandardWebhookOfAKey());
  EXPECT_EQ(ConfigErrorOf(config), "");
  const std::string message = StandardMessage("msg_1");
  const std::string first = Exchange(message);
  const std::string second = Exchange(message);
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(WithoutDate(first), WithoutDate(second));
  EXPECT_EQ(PullAfter(0).size(), 1);

  const auto rejections = control_plane_.Next(Kind::kRejections);
  ASSERT_TRUE(rejections.has_value());
  EXPECT_EQ(rejections->rejections().rejections(0).reason(), v1::RejectedRequest::REASON_REPLAYED);
}

TEST_F(EdgeServerTest, ABodyOverALimitIsTooLarge) {
  StartConfigured();
  EXPECT_THAT(Post({.body = std::string(kHookBodyLimit, 'b')}), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post({.body = std::string(kHookBodyLimit + 1, 'b')}), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange("POST /v1/hooks/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: e\r\n"
                       "Content-Length: 20001\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "))
      << "the edge's own limit needs no body";
}

TEST_F(EdgeServerTest, ARefusedConfigurationChangesNothing) {
  StartConfigured();
  v1::Config bad = ConfigOf(2);
  bad.mutable_hooks(0)->set_max_body_bytes(20001);
  EXPECT_THAT(ConfigErrorOf(bad), HasSubstr("hooks[0].max_body_bytes"));
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeServerTest, TakesWebhooksWhileTheControlPlaneIsAway) {
  StartConfigured();
  control_plane_.Stop();
  for (const char* body : {"one", "two", "three"}) {
    EXPECT_THAT(Post({.body = body}), StartsWith("HTTP/1.1 200 "));
  }
  control_plane_.Start();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(requests[0].body(), "one");
  EXPECT_EQ(requests[2].body(), "three");
  EXPECT_EQ(requests[2].sequence(), 3);
}

TEST_F(EdgeServerTest, ARestartKeepsTheLogAndGoesOnCounting) {
  StartConfigured();
  EXPECT_THAT(Post({.body = "before"}), StartsWith("HTTP/1.1 200 "));
  const std::string log_id = hello_->log().log_id();
  server_.reset();
  StartConfigured();
  EXPECT_EQ(hello_->log().log_id(), log_id);
  EXPECT_EQ(hello_->log().next_sequence(), 2);
  EXPECT_EQ(hello_->config_version(), 0);
  EXPECT_THAT(Post({.body = "after"}), StartsWith("HTTP/1.1 200 "));
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[0].body(), "before");
  EXPECT_EQ(requests[1].body(), "after");
}

TEST_F(EdgeServerTest, LoopsAndLogAnswerTheirProbes) {
  options_.loops = 3;
  Start();
  std::vector<std::string> names;
  for (const LivenessProbe& probe : server_->Probes()) names.push_back(probe.name);
  EXPECT_THAT(names, ElementsAre("log", "loop 1", "loop 2", "loop 3"));
  Liveness liveness(server_->Probes());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(Eventually([&] { return liveness.Check().empty(); }));
  }
}

TEST_F(EdgeServerTest, RootIsDroppedBetweenTheKeysAndTheLog) {
  const auto drop = [] { return absl::PermissionDeniedError("not allowed"); };
  options_.tls.pairs[0].certificate_chain = File("nowhere.pem");
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom(), drop).status(),
              StatusIs(absl::StatusCode::kNotFound));
  options_.tls.pairs[0].certificate_chain = File("hooks.pem");
  options_.config_key_file = File("nowhere.key");
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom(), drop).status(),
              StatusIs(absl::StatusCode::kNotFound));
  options_.config_key_file.clear();
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom(), drop).status(),
              StatusIs(absl::StatusCode::kPermissionDenied, "not allowed"));
  EXPECT_THAT(ReadFileToString(options_.log_dir + "/CURRENT").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(EdgeServerTest, ARestartWithoutAControlPlaneTakesWebhooksByTheCopy) {
  options_.config_key_file = Write("keys", Keyring::NewKeyLine("k1", SecureRandom()));
  StartConfigured();
  control_plane_.Stop();
  server_.reset();
  StartAlone();
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post({.body = "alone"}), StartsWith("HTTP/1.1 200 "));

  control_plane_.Start();
  hello_ = control_plane_.NextHello();
  ASSERT_TRUE(hello_.has_value());
  EXPECT_EQ(hello_->config_version(), 1);
  EXPECT_EQ(hello_->config_state().source(), v1::ConfigState::SOURCE_COPY);
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 1);
  EXPECT_EQ(requests[0].body(), "alone");
}

TEST_F(EdgeServerTest, ARestartWithoutAControlPlaneAndWithoutKeysTellsSendersToComeBack) {
  StartConfigured();
  control_plane_.Stop();
  server_.reset();
  StartAlone();
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 503 "));
}

TEST_F(EdgeServerTest, WhatWasRefusedForAWrongSecretIsReleasedAfterARestartOnceItIsRight) {
  options_.config_key_file = Write("keys", Keyring::NewKeyLine("k1", SecureRandom()));
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(1, "a-slip-of-the-keyboard")), "");
  for (const char* body : {"one", "two", "three"}) {
    EXPECT_THAT(Post({.body = body}), StartsWith("HTTP/1.1 401 "));
  }
  server_.reset();
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(2, kTestSecret)), "");
  const v1::QuarantineResult result = Release();
  EXPECT_EQ(result.error(), "");
  EXPECT_EQ(result.released(), 3);
  const auto requests = PullAfter(0);
  ASSERT_EQ(requests.size(), 3);
  EXPECT_EQ(requests[0].body(), "one");
  EXPECT_EQ(requests[2].body(), "three");
  EXPECT_EQ(requests[2].verified_by(0), "v3");
  EXPECT_EQ(Release().released(), 0);
}

TEST_F(EdgeServerTest, WithoutAKeyAQuarantineEndsWithTheProcess) {
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(1, "a-slip-of-the-keyboard")), "");
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(Release().remaining(), 1);
  server_.reset();
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(2, kTestSecret)), "");
  EXPECT_EQ(Release().released(), 0);
}

TEST_F(EdgeServerTest, AQuarantineThatMayHoldNothingIsNone) {
  options_.max_quarantine_bytes = 0;
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(1, "a-slip-of-the-keyboard")), "");
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Release().error(), HasSubstr("keeps no quarantine"));
}

TEST_F(EdgeServerTest, AQuarantinesFolderThatCannotBeUsedStopsNothing) {
  options_.quarantine_dir = Write("not-a-folder", "x");
  Start();
  EXPECT_EQ(ConfigErrorOf(QuarantiningConfig(1, kTestSecret)), "");
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Post({.secret = "another"}), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Release().error(), HasSubstr("can't be used"));
}

TEST_F(EdgeServerTest, NewCertificatesAreForNewConnectionsAndOldOnesGoOn) {
  StartConfigured();
  const auto before = Connect();
  EXPECT_THAT(ExchangeOn(*before, GetOf("/healthz")), StartsWith("HTTP/1.1 200 "));
  const TestCertificate renewed = authority_.Issue({.dns_names = {"hooks.example.com"}});
  WriteHooks(renewed);
  server_->ReloadCertificates();
  EXPECT_TRUE(
      Eventually([&] { return Connect()->server_certificate_pem() == renewed.certificate_pem; }));
  EXPECT_THAT(ExchangeOn(*before, GetOf("/healthz")), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(before->server_certificate_pem(), hooks_.certificate_pem);
  const auto after = Connect({.session = before->session()});
  EXPECT_TRUE(after->resumed());
  EXPECT_THAT(ExchangeOn(*after, GetOf("/healthz")), StartsWith("HTTP/1.1 200 "));
}

TEST_F(EdgeServerTest, AllLoopsResumeASession) {
  options_.loops = 3;
  Start();
  std::unique_ptr<TlsTestClient> last = Connect();
  for (int i = 0; i < 6; ++i) {
    ExchangeOn(*last, GetOf("/healthz"));
    ASSERT_NE(last->session(), nullptr);
    last = Connect({.session = last->session()});
    EXPECT_TRUE(last->resumed());
  }
}

TEST_F(EdgeServerTest, AnExpiredCertificateMakesItNotReady) {
  WriteHooks(
      authority_.Issue({.dns_names = {"hooks.example.com"}, .valid_until = -absl::Minutes(1)}));
  Start();
  const auto status = control_plane_.Next(Kind::kStatus);
  ASSERT_TRUE(status.has_value());
  const std::string& reason = status->status().not_ready_reason();
  EXPECT_THAT(reason, HasSubstr(File("hooks.pem")));
  EXPECT_THAT(reason, HasSubstr("expired"));
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(Post({}), StartsWith("HTTP/1.1 200 ")) << "a sender that does not mind is served";
}

TEST_F(EdgeServerTest, WithAuthoritiesOnlyTheirClientsAreServed) {
  options_.tls.client_authorities = options_.link.authorities;
  StartConfigured();
  const auto known = Connect({.certificate = authority_.Issue({})});
  EXPECT_THAT(ExchangeOn(*known, GetOf("/readyz")), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Connect({.certificate = TestAuthority("stranger").Issue({})})->ReceiveAll(), "");
  EXPECT_EQ(Connect()->ReceiveAll(), "");
}

TEST_F(EdgeServerTest, AWrongFileIsNamedAtTheStart) {
  options_.link.authorities = File("nowhere.pem");
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom()).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere.pem")));
  options_.link.authorities = File("ca.pem");
  options_.tls.pairs.push_back({File("nowhere-else.pem"), File("hooks.key")});
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom()).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nowhere-else.pem")));
}

TEST_F(EdgeServerTest, AnAddressInUseIsAnErrorAndTheLogIsLeftInOrder) {
  Start();
  EdgeOptions second = options_;
  second.listen = server_->address();
  second.log_dir = File("second-log");
  EXPECT_FALSE(EdgeServer::Start(second, SystemClock(), SecureRandom()).ok());
  second.listen = *SocketAddress::Parse("127.0.0.1:0");
  EXPECT_THAT(EdgeServer::Start(second, SystemClock(), SecureRandom()), IsOk());
}

TEST_F(EdgeServerTest, ALogThatAnotherEdgeHasOpenIsAnError) {
  Start();
  EXPECT_THAT(EdgeServer::Start(options_, SystemClock(), SecureRandom()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace fluxcascade::edge
