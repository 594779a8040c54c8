#include "tests/process/deployment.h"

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/crypto/encoding.h"
#include "common/crypto/hmac.h"
#include "common/crypto/keyring.h"
#include "common/file/file.h"
#include "common/net/testing/tls_test_client.h"
#include "common/random/random.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using testing::Optional;

constexpr char kEdge[] = "edge/edge";
constexpr char kPublicUrl[] = "https://hooks.example.com";

std::string File(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/",
                      testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
}

std::string Write(absl::string_view name, absl::string_view text) {
  FC_EXPECT_OK(WriteFileAtomically(File(name), text, 0600));
  return File(name);
}

}  // namespace

Deployment::Deployment()
    : control_plane_(File("control_plane"), authority_),
      apps_(v1::AppService::NewStub(control_plane_.channel())),
      edges_(v1::EdgeService::NewStub(control_plane_.channel())),
      events_(v1::EventService::NewStub(control_plane_.channel())) {
  const TestCertificate node = authority_.Issue({.dns_names = {"edge-1"}});
  edge_arguments_ = {
      "--listen=127.0.0.1:0",
      "--metrics_listen=",
      "--max_connections=1000",
      "--tls_cert=" + Write("node.pem", node.certificate_pem),
      "--tls_key=" + Write("node.key", node.key_pem),
      "--link_cert=" + File("node.pem"),
      "--link_key=" + File("node.key"),
      "--link_ca=" + Write("ca.pem", authority_.certificate_pem()),
      "--control_plane=" + control_plane_.link_address(),
      "--config_key_file=" + Write("keys", Keyring::NewKeyLine("k1", SecureRandom())),
      "--log_dir=" + log_folder(),
      "--min_free_bytes=0",
      "--ready_file=" + File("ready")};
  FC_EXPECT_OK(Call(
      *edges_, &v1::EdgeService::Stub::CreateEdgeGroup,
      absl::StrCat("edge_group_id: 'main' edge_group { public_base_url: '", kPublicUrl, "' }")));
  AddNode("edge-1");
}

bool Deployment::Eventually(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() >= end) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

void Deployment::AddNode(absl::string_view id) {
  FC_EXPECT_OK(Call(*edges_, &v1::EdgeService::Stub::CreateEdgeNode,
                    absl::StrCat("edge_node_id: '", id, "' edge_node { group: '", kGroup, "' }")));
}

v1::EdgeNode Deployment::Node() {
  const auto node =
      Call(*edges_, &v1::EdgeService::Stub::GetEdgeNode, absl::StrCat("name: '", kNode, "'"));
  FC_EXPECT_OK(node);
  return node.value_or(v1::EdgeNode());
}

std::string Deployment::CreateApp(absl::string_view id, absl::string_view client_secret,
                                  absl::string_view fields) {
  const auto app =
      Call(*apps_, &v1::AppService::Stub::CreateApp,
           absl::StrCat("parent: 'workspaces/default' app_id: '", id,
                        "' app { system: 'hubspot' external_id: '4711' client_secret: '",
                        client_secret, "' edge_group: '", kGroup, "' ", fields, " }"));
  FC_EXPECT_OK(app);
  return app.ok() ? app->hook_url() : "";
}

void Deployment::SetClientSecret(absl::string_view app, absl::string_view client_secret,
                                 absl::string_view fields) {
  FC_EXPECT_OK(Call(*apps_, &v1::AppService::Stub::UpdateApp,
                    absl::StrCat("app { name: 'workspaces/default/apps/", app, "' client_secret: '",
                                 client_secret, "' } ", fields)));
}

void Deployment::StartEdge() {
  unlink(File("ready").c_str());
  edge_ = std::make_unique<ChildProcess>(kEdge, edge_arguments_, File("stderr"));
  ASSERT_TRUE(Eventually([] { return ReadFileToString(File("ready")).ok(); }));
  FC_ASSERT_OK_AND_ASSIGN(const std::string ready, ReadFileToString(File("ready")));
  FC_ASSERT_OK_AND_ASSIGN(address_, SocketAddress::Parse(absl::StripSuffix(ready, "\n")));
  ASSERT_TRUE(EdgeIsCurrent());
}

void Deployment::StopEdge() {
  edge_->Signal(SIGTERM);
  ASSERT_THAT(edge_->WaitFor(kPatience), Optional(0));
  ASSERT_TRUE(Eventually([&] { return Node().state() == v1::EdgeNode::STATE_DISCONNECTED; }));
}

void Deployment::KillEdge() {
  edge_->Signal(SIGKILL);
  ASSERT_THAT(edge_->WaitFor(kPatience), Optional(-SIGKILL));
}

bool Deployment::EdgeIsCurrent() {
  const auto group =
      Call(*edges_, &v1::EdgeService::Stub::GetEdgeGroup, absl::StrCat("name: '", kGroup, "'"));
  FC_EXPECT_OK(group);
  return group.ok() && Eventually([&] {
           const v1::EdgeNode node = Node();
           return node.state() == v1::EdgeNode::STATE_CONNECTED &&
                  node.applied_config_version() >= group->config_version();
         });
}

std::string Deployment::log_folder() const { return File("log"); }

std::string Deployment::Post(const std::string& hook_url, absl::string_view client_secret,
                             const std::string& body) const {
  const std::string time = absl::StrCat(absl::ToUnixMillis(absl::Now()));
  const HmacCode code =
      HmacKey(HmacHash::kSha256, client_secret).Sign({"POST", hook_url, body, time});
  const auto client = TlsTestClient::Connect(address_);
  if (!client.ok()) return client.status().ToString();
  const bool sent = (*client)->Send(
      absl::StrCat("POST ", absl::StripPrefix(hook_url, kPublicUrl),
                   " HTTP/1.1\r\nHost: hooks.example.com\r\nX-HubSpot-Request-Timestamp: ", time,
                   "\r\nX-HubSpot-Signature-v3: ", Base64Encode(code.bytes()),
                   "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  return sent ? (*client)->ReceiveResponse() : "the connection has ended";
}

std::vector<v1::Event> Deployment::Events() {
  const auto events = Call(*events_, &v1::EventService::Stub::ListEvents,
                           "parent: 'workspaces/default' page_size: 1000");
  FC_EXPECT_OK(events);
  if (!events.ok()) return {};
  EXPECT_EQ(events->next_page_token(), "");
  return {events->events().begin(), events->events().end()};
}

}  // namespace fluxcascade
