#include "edge/edge_for_test.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"
#include "common/crypto/encoding.h"
#include "common/file/file.h"
#include "common/proto_time/proto_time.h"
#include "common/random/random.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

constexpr char kPassword[] = "hook:not-a-secret";

std::string Write(absl::string_view name, absl::string_view text) {
  FC_CHECK(WriteFileAtomically(EdgeForTest::File(name), text, 0600).ok());
  return EdgeForTest::File(name);
}

std::string TokenOf(int hook) {
  return absl::StrCat(std::string(21, static_cast<char>('A' + hook)), "A");
}

std::string RequestOf(int hook, absl::string_view password, absl::string_view body) {
  return absl::StrCat("POST /v1/hooks/", TokenOf(hook),
                      " HTTP/1.1\r\nHost: hooks.example.com\r\nAuthorization: Basic ",
                      Base64Encode(password), "\r\nContent-Length: ", body.size(), "\r\n\r\n",
                      body);
}

}  // namespace

EdgeForTest::EdgeForTest(const TestAuthority& authority, const FakeControlPlane& control_plane) {
  const TestCertificate hooks = authority.Issue({.dns_names = {"hooks.example.com"}});
  const TestCertificate edge = authority.Issue({.dns_names = {"edge-1"}});
  options_.listen = *SocketAddress::Parse("127.0.0.1:0");
  options_.tls.pairs = {
      {Write("hooks.pem", hooks.certificate_pem), Write("hooks.key", hooks.key_pem)}};
  options_.link = {.certificate = Write("edge.pem", edge.certificate_pem),
                   .key = Write("edge.key", edge.key_pem),
                   .authorities = Write("ca.pem", authority.certificate_pem())};
  options_.log_dir = File("log");
  options_.quarantine_dir = File("quarantine");
  options_.min_free_bytes = 0;
  options_.control_plane = control_plane.address();
}

absl::Status EdgeForTest::Start() {
  FC_ASSIGN_OR_RETURN(server_, EdgeServer::Start(options_, SystemClock(), SecureRandom()));
  return absl::OkStatus();
}

v1::Config EdgeForTest::ConfigOf(int64_t version, const std::vector<v1::AckRule>& acks) {
  v1::Config config;
  config.set_version(version);
  for (const v1::AckRule& ack : acks) {
    v1::Hook& hook = *config.add_hooks();
    hook.set_id(absl::StrCat("hook-", config.hooks_size() - 1));
    hook.set_token(TokenOf(config.hooks_size() - 1));
    hook.set_public_url("https://hooks.example.com/h");
    *hook.add_required() = Basic("password", kPassword);
    if (ack.mode() != v1::AckRule::MODE_UNSPECIFIED) *hook.mutable_ack() = ack;
  }
  return config;
}

v1::AckRule EdgeForTest::Local() {
  v1::AckRule rule;
  rule.set_mode(v1::AckRule::MODE_LOCAL);
  return rule;
}

v1::AckRule EdgeForTest::ControlPlane(absl::Duration fallback_after) {
  v1::AckRule rule;
  rule.set_mode(v1::AckRule::MODE_CONTROL_PLANE);
  *rule.mutable_fallback_after() = ToProto(fallback_after);
  return rule;
}

std::unique_ptr<TlsTestClient> EdgeForTest::Connect() const {
  auto client = TlsTestClient::Connect(server_->address());
  FC_CHECK(client.ok());
  return *std::move(client);
}

std::string EdgeForTest::Webhook(absl::string_view body, int hook) {
  return RequestOf(hook, kPassword, body);
}

std::string EdgeForTest::Forgery(int hook) { return RequestOf(hook, "hook:wrong", "[]"); }

std::string EdgeForTest::Post(absl::string_view body, int hook) const {
  const std::unique_ptr<TlsTestClient> client = Connect();
  FC_CHECK(client->Send(Webhook(body, hook)));
  return client->ReceiveResponse();
}

std::string EdgeForTest::File(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/",
                      testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
}

}  // namespace fluxcascade::edge
