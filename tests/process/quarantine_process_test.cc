// The quarantine from end to end, with the processes as they are shipped: a webhook is refused for
// a wrong secret and kept by the edge, the secret is corrected through the API, and an operator has
// what was kept verified again, released or dropped.
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
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
#include "gtest/gtest.h"
#include "tests/process/child_process.h"
#include "tests/process/control_plane_process.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;
using testing::StartsWith;
using v1::EdgeQuarantineResult;

constexpr char kEdge[] = "edge/edge";
constexpr char kApp[] = "workspaces/default/apps/crm";
constexpr char kNode[] = "edgeNodes/edge-1";
constexpr char kSecret[] = "not-a-secret";
constexpr absl::Duration kPatience = absl::Seconds(20);

class QuarantineProcessTest : public testing::Test {
 protected:
  QuarantineProcessTest() {
    const TestCertificate node = authority_.Issue({.dns_names = {"edge-1"}});
    edge_arguments_ = {
        "--listen=127.0.0.1:0",
        "--metrics_listen=127.0.0.1:0",
        "--max_connections=1000",
        "--tls_cert=" + Write("node.pem", node.certificate_pem),
        "--tls_key=" + Write("node.key", node.key_pem),
        "--link_cert=" + File("node.pem"),
        "--link_key=" + File("node.key"),
        "--link_ca=" + Write("ca.pem", authority_.certificate_pem()),
        "--control_plane=" + control_plane_.link_address(),
        "--config_key_file=" + Write("keys", Keyring::NewKeyLine("k1", SecureRandom())),
        "--log_dir=" + File("log"),
        "--min_free_bytes=0",
        "--ready_file=" + File("ready")};
    FC_EXPECT_OK(Call(*edges_, &v1::EdgeService::Stub::CreateEdgeGroup,
                      "edge_group_id: 'main'"
                      "edge_group { public_base_url: 'https://hooks.example.com' }"));
    AddNode("edge-1");
    const auto app = Call(*apps_, &v1::AppService::Stub::CreateApp, R"pb(
      parent: "workspaces/default"
      app_id: "crm"
      app {
        system: "hubspot"
        external_id: "4711"
        client_secret: "a-slip-of-the-keyboard"
        edge_group: "edgeGroups/main"
        quarantine { max_requests: 100 max_bytes: 1048576 }
      })pb");
    EXPECT_THAT(app, IsOk());
    if (app.ok()) hook_url_ = app->hook_url();
    StartEdge();
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
  }
  static std::string Write(absl::string_view name, absl::string_view text) {
    EXPECT_THAT(WriteFileAtomically(File(name), text, 0600), IsOk());
    return File(name);
  }

  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const std::string& text) {
    return control_plane_.Call(stub, method, text);
  }

  void AddNode(const std::string& id) {
    FC_EXPECT_OK(
        Call(*edges_, &v1::EdgeService::Stub::CreateEdgeNode,
             absl::StrCat("edge_node_id: '", id, "' edge_node { group: 'edgeGroups/main' }")));
  }

  static bool Eventually(const std::function<bool()>& condition) {
    const absl::Time end = absl::Now() + kPatience;
    while (!condition()) {
      if (absl::Now() >= end) return false;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return true;
  }

  v1::EdgeNode Node() {
    const auto node =
        Call(*edges_, &v1::EdgeService::Stub::GetEdgeNode, absl::StrCat("name: '", kNode, "'"));
    EXPECT_THAT(node, IsOk());
    return node.value_or(v1::EdgeNode());
  }

  // Until it takes webhooks with the newest configuration.
  void StartEdge() {
    unlink(File("ready").c_str());
    edge_ = std::make_unique<ChildProcess>(kEdge, edge_arguments_, File("stderr"));
    ASSERT_TRUE(Eventually([&] { return ReadFileToString(File("ready")).ok(); }));
    FC_ASSERT_OK_AND_ASSIGN(std::string ready, ReadFileToString(File("ready")));
    FC_ASSERT_OK_AND_ASSIGN(address_, SocketAddress::Parse(absl::StripSuffix(ready, "\n")));
    FC_ASSERT_OK_AND_ASSIGN(const auto group, Call(*edges_, &v1::EdgeService::Stub::GetEdgeGroup,
                                                   "name: 'edgeGroups/main'"));
    ASSERT_TRUE(Eventually([&] {
      const v1::EdgeNode node = Node();
      return node.state() == v1::EdgeNode::STATE_CONNECTED &&
             node.applied_config_version() >= group.config_version();
    }));
  }
  void StopEdge() {
    edge_->Signal(SIGTERM);
    ASSERT_THAT(edge_->WaitFor(kPatience), Optional(0));
    ASSERT_TRUE(Eventually([&] { return Node().state() == v1::EdgeNode::STATE_DISCONNECTED; }));
  }

  // A webhook as HubSpot signs it, that tells of the contact `id`. Returns the status line and what
  // follows.
  std::string Post(int id) {
    const std::string body = absl::StrCat(
        R"([{"eventId":)", id, R"(,"subscriptionId":1,"portalId":62515,"appId":4711,)",
        R"("occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,)",
        R"("objectId":)", id, "}]");
    const std::string time = absl::StrCat(absl::ToUnixMillis(absl::Now()));
    const HmacCode code = HmacKey(HmacHash::kSha256, kSecret).Sign({"POST", hook_url_, body, time});
    const absl::string_view path =
        absl::StripPrefix(absl::string_view(hook_url_), "https://hooks.example.com");
    const auto client = TlsTestClient::Connect(address_);
    if (!client.ok()) return client.status().ToString();
    (*client)->Send(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: hooks.example.com\r\n",
                                 "X-HubSpot-Request-Timestamp: ", time, "\r\n",
                                 "X-HubSpot-Signature-v3: ", Base64Encode(code.bytes()), "\r\n",
                                 "Content-Length: ", body.size(), "\r\n\r\n", body));
    return (*client)->ReceiveResponse();
  }
  void PostRefused(int id) { EXPECT_THAT(Post(id), StartsWith("HTTP/1.1 401 ")); }

  void CorrectSecret() {
    FC_EXPECT_OK(Call(*apps_, &v1::AppService::Stub::UpdateApp,
                      absl::StrCat("app { name: '", kApp, "' client_secret: '", kSecret, "' }")));
  }

  std::vector<EdgeQuarantineResult> Release(const std::string& more = "") {
    const auto response = Call(*apps_, &v1::AppService::Stub::ReleaseQuarantine,
                               absl::StrCat("name: '", kApp, "' ", more));
    EXPECT_THAT(response, IsOk());
    if (!response.ok()) return {};
    return {response->edges().begin(), response->edges().end()};
  }
  // Of a group with one node.
  static EdgeQuarantineResult Only(const std::vector<EdgeQuarantineResult>& edges) {
    EXPECT_THAT(edges, SizeIs(1));
    if (edges.empty()) return {};
    EXPECT_EQ(edges[0].edge_node(), kNode);
    EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_COMPLETE) << edges[0].error();
    return edges[0];
  }
  EdgeQuarantineResult Verify() { return Only(Release("verify_only: true")); }

  // The contacts that events tell of, in the order of the edge's log.
  std::vector<std::string> Contacts() {
    const auto events = Call(*events_, &v1::EventService::Stub::ListEvents,
                             "parent: 'workspaces/default' page_size: 1000");
    EXPECT_THAT(events, IsOk());
    std::map<uint64_t, std::string> by_sequence;
    size_t count = 0;
    if (events.ok()) {
      for (const v1::Event& event : events->events()) {
        by_sequence[event.log_position().sequence()] = event.record_id();
        ++count;
      }
    }
    EXPECT_THAT(by_sequence, SizeIs(count));
    std::vector<std::string> contacts;
    for (const auto& [sequence, contact] : by_sequence) contacts.push_back(contact);
    return contacts;
  }
  // Once the control plane has read all that the edge's log holds, which is `requests`.
  bool ReadThrough(uint64_t requests) {
    return Eventually([&] {
      const v1::EdgeNode node = Node();
      return node.last_sequence() == requests && node.cursor() == requests;
    });
  }

  TestAuthority authority_;
  ControlPlaneProcess control_plane_{File("control_plane"), authority_};
  std::unique_ptr<v1::AppService::Stub> apps_ = v1::AppService::NewStub(control_plane_.channel());
  std::unique_ptr<v1::EdgeService::Stub> edges_ =
      v1::EdgeService::NewStub(control_plane_.channel());
  std::unique_ptr<v1::EventService::Stub> events_ =
      v1::EventService::NewStub(control_plane_.channel());
  std::vector<std::string> edge_arguments_;
  std::string hook_url_;
  SocketAddress address_;
  std::unique_ptr<ChildProcess> edge_;
};

TEST_F(QuarantineProcessTest, WhatWasRefusedIsReleasedInOrderAndOnceAfterTheSecretWasCorrected) {
  for (int id = 1; id <= 3; ++id) PostRefused(id);
  ASSERT_TRUE(Eventually([&] {
    const v1::EdgeNode node = Node();
    return node.quarantines_size() == 1 && node.quarantines(0).requests() == 3;
  }));
  EXPECT_EQ(Node().quarantines(0).app(), kApp);
  EXPECT_TRUE(Node().quarantines(0).has_oldest_receive_time());

  const EdgeQuarantineResult before = Verify();
  EXPECT_EQ(before.released(), 0u);
  ASSERT_THAT(before.refused(), SizeIs(1));
  EXPECT_EQ(before.refused(0).reason(), "SIGNATURE_MISMATCH");
  EXPECT_EQ(before.refused(0).count(), 3u);

  // At once: whoever corrects a secret need not know when it has come to the edges.
  CorrectSecret();
  const EdgeQuarantineResult verified = Verify();
  EXPECT_EQ(verified.released(), 3u);
  EXPECT_EQ(verified.remaining(), 3u);
  EXPECT_THAT(Contacts(), IsEmpty());

  const EdgeQuarantineResult released = Only(Release());
  EXPECT_EQ(released.released(), 3u);
  EXPECT_EQ(released.remaining(), 0u);
  EXPECT_THAT(Post(4), StartsWith("HTTP/1.1 200 "));
  ASSERT_TRUE(ReadThrough(4));
  EXPECT_THAT(Contacts(), ElementsAre("1", "2", "3", "4"));

  EXPECT_EQ(Only(Release()).released(), 0u);
  EXPECT_TRUE(ReadThrough(4));
  EXPECT_TRUE(Eventually([&] { return Node().quarantines(0).requests() == 0; }));
}

TEST_F(QuarantineProcessTest, WhatIsDiscardedIsNotReleased) {
  PostRefused(1);
  PostRefused(2);
  const auto discarded =
      Call(*apps_, &v1::AppService::Stub::DiscardQuarantine, absl::StrCat("name: '", kApp, "'"));
  FC_ASSERT_OK(discarded);
  const EdgeQuarantineResult result = Only({discarded->edges().begin(), discarded->edges().end()});
  EXPECT_EQ(result.discarded(), 2u);
  EXPECT_EQ(result.remaining(), 0u);
  CorrectSecret();
  EXPECT_EQ(Only(Release()).released(), 0u);
  EXPECT_THAT(Post(3), StartsWith("HTTP/1.1 200 "));
  ASSERT_TRUE(ReadThrough(1));
  EXPECT_THAT(Contacts(), ElementsAre("3"));
}

TEST_F(QuarantineProcessTest, AnEdgeThatIsAwayIsNamedAndKeepsWhatItHasUntilItIsBack) {
  AddNode("edge-2");
  PostRefused(1);
  ASSERT_NO_FATAL_FAILURE(StopEdge());
  CorrectSecret();
  std::vector<EdgeQuarantineResult> edges = Release();
  ASSERT_THAT(edges, SizeIs(2));
  for (const EdgeQuarantineResult& edge : edges) {
    EXPECT_EQ(edge.outcome(), EdgeQuarantineResult::OUTCOME_NOT_ASKED);
    EXPECT_THAT(edge.error(), HasSubstr("not connected"));
  }
  EXPECT_EQ(edges[0].edge_node(), kNode);
  EXPECT_EQ(edges[1].edge_node(), "edgeNodes/edge-2");

  ASSERT_NO_FATAL_FAILURE(StartEdge());
  edges = Release();
  ASSERT_THAT(edges, SizeIs(2));
  EXPECT_EQ(edges[0].outcome(), EdgeQuarantineResult::OUTCOME_COMPLETE) << edges[0].error();
  EXPECT_EQ(edges[0].released(), 1u);
  EXPECT_EQ(edges[1].outcome(), EdgeQuarantineResult::OUTCOME_NOT_ASKED);
  ASSERT_TRUE(ReadThrough(1));
  EXPECT_THAT(Contacts(), ElementsAre("1"));
}

}  // namespace
}  // namespace fluxcascade
