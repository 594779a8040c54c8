// When senders are answered, by an edge and a control plane as they are shipped: what a 200 is
// worth when the control plane is away, and when the edge's disk is lost.

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/crypto/encoding.h"
#include "common/crypto/hmac.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/net/socket_address.h"
#include "common/net/testing/tls_test_client.h"
#include "common/random/random.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "fluxcascade/v1/app.grpc.pb.h"
#include "fluxcascade/v1/edge.grpc.pb.h"
#include "fluxcascade/v1/event.grpc.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/process/child_process.h"

namespace fluxcascade {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Optional;
using testing::StartsWith;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kClientSecret[] = "fake-client-secret";
constexpr char kPublicUrl[] = "https://hooks.example.com";

// `waits` is longer than any test takes, `impatient` is not.
constexpr char kWaits[] = "waits";
constexpr char kImpatient[] = "impatient";
constexpr char kLocal[] = "local";

class AckModeTest : public testing::Test {
 protected:
  void SetUp() override {
    const TestCertificate link = authority_.Issue({.ip_addresses = {"127.0.0.1"}});
    const TestCertificate node = authority_.Issue({.dns_names = {"edge-1"}});
    Write("ca.pem", authority_.certificate_pem());
    Write("link.pem", link.certificate_pem);
    Write("link.key", link.key_pem);
    Write("node.pem", node.certificate_pem);
    Write("node.key", node.key_pem);
    Write("keyring", Keyring::NewKeyLine("k1", SecureRandom()));
    StartControlPlane();
    Call(&v1::EdgeService::StubInterface::CreateEdgeGroup,
         absl::StrCat("edge_group_id: 'main' edge_group { public_base_url: '", kPublicUrl, "' }"));
    Call(&v1::EdgeService::StubInterface::CreateEdgeNode,
         "edge_node_id: 'edge-1' edge_node { group: 'edgeGroups/main' }");
    CreateApp(kWaits, "ack { mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 } }");
    CreateApp(kImpatient, "ack { mode: MODE_CONTROL_PLANE fallback_after { nanos: 200000000 } }");
    CreateApp(kLocal, "ack { mode: MODE_LOCAL }");
    StartEdge();
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
  }
  static void Write(absl::string_view name, absl::string_view text) {
    FC_ASSERT_OK(WriteFileAtomically(File(name), text, 0600));
  }
  static std::string Flag(absl::string_view flag, absl::string_view file) {
    return absl::StrCat("--", flag, "=", File(file));
  }
  static void Until(const std::function<bool()>& condition) {
    const absl::Time end = absl::Now() + kPatience;
    while (!condition()) {
      ASSERT_LT(absl::Now(), end);
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  // On the ports of an earlier start, if there was one.
  void StartControlPlane() {
    unlink(File("control-plane.log").c_str());
    control_plane_ = std::make_unique<ChildProcess>(
        "controlplane/control_plane",
        std::vector<std::string>{
            Flag("state_dir", "state"), absl::StrCat("--api_listen=127.0.0.1:", api_port_),
            absl::StrCat("--link_listen=127.0.0.1:", link_port_), Flag("tls_cert", "link.pem"),
            Flag("tls_key", "link.key"), Flag("edge_ca", "ca.pem"), Flag("keyring", "keyring")},
        File("control-plane.log"));
    nlohmann::json ready;
    Until([&ready] {
      ready = LineOf("control-plane.log", "\"control plane ready\"");
      return !ready.is_null();
    });
    api_port_ = ready.at("api_port").get<int>();
    link_port_ = ready.at("link_port").get<int>();
    FC_ASSERT_OK_AND_ASSIGN(token_, ReadFileToString(ready.at("admin_token_file")));
    token_ = std::string(absl::StripSuffix(token_, "\n"));
    grpc::SslCredentialsOptions ssl;
    ssl.pem_root_certs = authority_.certificate_pem();
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", api_port_), SslCredentials(ssl));
  }

  // Until it serves its configuration.
  void StartEdge() {
    edge_ = std::make_unique<ChildProcess>(
        "edge/edge",
        std::vector<std::string>{
            "--listen=127.0.0.1:0", "--metrics_listen=", "--max_connections=1000",
            "--min_free_bytes=0", Flag("tls_cert", "node.pem"), Flag("tls_key", "node.key"),
            Flag("link_cert", "node.pem"), Flag("link_key", "node.key"), Flag("link_ca", "ca.pem"),
            Flag("log_dir", "log"), Flag("ready_file", "ready"),
            absl::StrCat("--control_plane=127.0.0.1:", link_port_)},
        File("edge.log"));
    Until([] { return ReadFileToString(File("ready")).ok(); });
    FC_ASSERT_OK_AND_ASSIGN(const std::string ready, ReadFileToString(File("ready")));
    FC_ASSERT_OK_AND_ASSIGN(address_, SocketAddress::Parse(absl::StripSuffix(ready, "\n")));
    Until([this] {
      return absl::StartsWith(Exchange("GET /readyz HTTP/1.1\r\nHost: e\r\n\r\n"), "HTTP/1.1 200 ");
    });
  }

  // Null while there is none.
  static nlohmann::json LineOf(absl::string_view log, absl::string_view what) {
    const absl::StatusOr<std::string> written = ReadFileToString(File(log));
    if (!written.ok()) return {};
    for (absl::string_view line : absl::StrSplit(*written, '\n')) {
      if (absl::StrContains(line, what) && absl::EndsWith(line, "}")) {
        return nlohmann::json::parse(line.begin(), line.end());
      }
    }
    return {};
  }

  template <typename Stub, typename Request, typename Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const std::string& fields) {
    Request request;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(fields, &request)) << fields;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoSeconds(kPatience));
    context.set_wait_for_ready(true);
    context.AddMetadata("authorization", "Bearer " + token_);
    Response response;
    const grpc::Status status = (*StubOf<Stub>().*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  template <typename Stub>
  std::unique_ptr<Stub> StubOf() {
    if constexpr (std::is_same_v<Stub, v1::AppService::StubInterface>) {
      return v1::AppService::NewStub(channel_);
    } else if constexpr (std::is_same_v<Stub, v1::EdgeService::StubInterface>) {
      return v1::EdgeService::NewStub(channel_);
    } else {
      return v1::EventService::NewStub(channel_);
    }
  }

  void CreateApp(const std::string& id, const std::string& ack) {
    const v1::App app = Call(
        &v1::AppService::StubInterface::CreateApp,
        absl::StrCat("parent: 'workspaces/default' app_id: '", id,
                     "' app { system: 'hubspot' external_id: '4711' client_id: 'id' ",
                     "client_secret: '", kClientSecret, "' edge_group: 'edgeGroups/main' ", ack,
                     " webhook_credential { developer_key { key: 'fake-developer-key' } } }"));
    hook_urls_[id] = app.hook_url();
  }

  std::string Exchange(const std::string& request) const {
    const auto client = TlsTestClient::Connect(address_);
    if (!client.ok() || !(*client)->Send(request)) return "";
    return (*client)->ReceiveResponse();
  }

  // As HubSpot signs it.
  std::string Webhook(const std::string& app, const std::string& body) const {
    const std::string& url = hook_urls_.at(app);
    const std::string timestamp = absl::StrCat(absl::ToUnixMillis(absl::Now()));
    const HmacCode code =
        HmacKey(HmacHash::kSha256, kClientSecret).Sign({"POST", url, body, timestamp});
    return absl::StrCat("POST ", absl::StripPrefix(url, kPublicUrl),
                        " HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Length: ", body.size(),
                        "\r\nX-HubSpot-Request-Timestamp: ", timestamp,
                        "\r\nX-HubSpot-Signature-v3: ", Base64Encode(code.bytes()), "\r\n\r\n",
                        body);
  }
  std::string Post(const std::string& app, const std::string& body) const {
    return Exchange(Webhook(app, body));
  }

  // The events that the control plane has committed by now: of `[1]` that is `1`.
  std::set<std::string> Committed() {
    std::set<std::string> events;
    const v1::ListEventsResponse list = Call(&v1::EventService::StubInterface::ListEvents,
                                             "parent: 'workspaces/default' page_size: 1000");
    for (const v1::Event& event : list.events()) events.insert(event.payload_preview());
    return events;
  }
  v1::EdgeNode Node() {
    return Call(&v1::EdgeService::StubInterface::GetEdgeNode, "name: 'edgeNodes/edge-1'");
  }

  TestAuthority authority_;
  int api_port_ = 0;
  int link_port_ = 0;
  std::string token_;
  std::shared_ptr<grpc::Channel> channel_;
  std::map<std::string, std::string> hook_urls_;
  SocketAddress address_;
  std::unique_ptr<ChildProcess> control_plane_;
  std::unique_ptr<ChildProcess> edge_;
};

TEST_F(AckModeTest, TheSenderIsAnsweredOnceTheControlPlaneHasCommitted) {
  control_plane_->Signal(SIGSTOP);
  const std::string stat = absl::StrCat("/proc/", control_plane_->pid(), "/stat");
  Until([&stat] { return absl::StrContains(*ReadFileToString(stat), ") T "); });
  std::future<std::string> answer =
      std::async(std::launch::async, [this] { return Post(kWaits, "[1]"); });
  EXPECT_THAT(Post(kLocal, "[2]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  control_plane_->Signal(SIGCONT);
  EXPECT_THAT(answer.get(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Committed(), Contains("1"));
}

TEST_F(AckModeTest, WhatWasAnsweredOutlivesTheEdgesDisk) {
  std::set<std::string> answered;
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(Post(kWaits, absl::StrCat("[", i, "]")), StartsWith("HTTP/1.1 200 "));
    answered.insert(absl::StrCat(i));
  }
  edge_->Signal(SIGKILL);
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(-SIGKILL));
  std::filesystem::remove_all(File("log"));
  EXPECT_THAT(Committed(), IsSupersetOf(answered));
}

TEST_F(AckModeTest, WithoutAControlPlaneTheSenderIsAnsweredInTimeAndTheNodeShowsIt) {
  control_plane_->Signal(SIGKILL);
  EXPECT_THAT(control_plane_->WaitFor(kPatience), Optional(-SIGKILL));
  EXPECT_THAT(Post(kImpatient, "[1]"), StartsWith("HTTP/1.1 200 "));
  StartControlPlane();
  Until([this] { return Node().counters().local_fallbacks() == 1; });
  Until([this] { return Committed().contains("1"); });
}

}  // namespace
}  // namespace fluxcascade
