#include "tests/process/deployment.h"

#include <signal.h>

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
#include "common/testing/eventually.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/edge_flags.h"

namespace fluxcascade {
namespace {

using testing::Optional;

constexpr char kEdge[] = "edge/edge";

std::string File(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/",
                      testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
}

}  // namespace

Deployment::Deployment() : control_plane_(File("control_plane"), authority_) {
  edge_flags_ = EdgeFlags(File(""), authority_, control_plane_.link_address());
  edge_flags_.push_back("--config_key_file=" + File("keys"));
  FC_EXPECT_OK(WriteFileAtomically(File("keys"), Keyring::NewKeyLine("k1", SecureRandom()), 0600));
}

void Deployment::StartEdge(const std::vector<std::string>& more_flags) {
  ForgetListeningAddress(File(""));
  std::vector<std::string> flags = edge_flags_;
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  edge_ = std::make_unique<ChildProcess>(kEdge, flags, File("stderr"));
  FC_ASSERT_OK_AND_ASSIGN(address_, ListeningAddress(File("")));
  ASSERT_TRUE(EdgeIsCurrent());
}

void Deployment::StopEdge() {
  edge_->Signal(SIGTERM);
  ASSERT_THAT(edge_->WaitFor(kTestPatience), Optional(0));
  ASSERT_TRUE(
      Eventually([&] { return operator_.Node().state() == v1::EdgeNode::STATE_DISCONNECTED; }));
}

void Deployment::KillEdge() {
  edge_->Signal(SIGKILL);
  ASSERT_THAT(edge_->WaitFor(kTestPatience), Optional(-SIGKILL));
}

bool Deployment::EdgeIsCurrent() {
  const int64_t version = operator_.Group().config_version();
  return Eventually([&] {
    const v1::EdgeNode node = operator_.Node();
    return node.state() == v1::EdgeNode::STATE_CONNECTED &&
           node.applied_config_version() >= version;
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
      absl::StrCat("POST ", absl::StripPrefix(hook_url, Operator::kPublicUrl),
                   " HTTP/1.1\r\nHost: hooks.example.com\r\nX-HubSpot-Request-Timestamp: ", time,
                   "\r\nX-HubSpot-Signature-v3: ", Base64Encode(code.bytes()),
                   "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  return sent ? (*client)->ReceiveResponse() : "the connection has ended";
}

}  // namespace fluxcascade
