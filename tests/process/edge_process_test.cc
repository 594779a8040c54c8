// The edge as it is shipped: its command line, its end, and what a kill leaves behind.

#include <signal.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "common/crypto/encoding.h"
#include "common/file/file.h"
#include "common/net/socket_address.h"
#include "common/net/testing/tls_test_client.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/child_process.h"

namespace fluxcascade {
namespace {

using edge::FakeControlPlane;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::StartsWith;

constexpr char kProgram[] = "edge/edge";
constexpr absl::Duration kPatience = absl::Seconds(20);
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
  recipe->mutable_basic()->add_credentials("hook:not-a-secret");
  return config;
}

class EdgeProcessTest : public testing::Test {
 protected:
  EdgeProcessTest() {
    const TestCertificate node = authority_.Issue({.dns_names = {"edge-1"}});
    arguments_ = {"--listen=127.0.0.1:0",
                  "--max_connections=1000",
                  "--tls_cert=" + Write("node.pem", node.certificate_pem),
                  "--tls_key=" + Write("node.key", node.key_pem),
                  "--link_cert=" + File("node.pem"),
                  "--link_key=" + File("node.key"),
                  "--link_ca=" + Write("ca.pem", authority_.certificate_pem()),
                  "--control_plane=" + control_plane_.address(),
                  "--log_dir=" + File("log"),
                  "--min_free_bytes=0",
                  "--ready_file=" + File("ready")};
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
    unlink(File("ready").c_str());  // it would say where the process before listened
    std::vector<std::string> arguments = arguments_;
    arguments.insert(arguments.end(), more.begin(), more.end());
    edge_ = std::make_unique<ChildProcess>(kProgram, arguments, File("stderr"));
  }

  static std::string Stderr() { return *ReadFileToString(File("stderr")); }

  // Until it has said hello, taken its configuration, and written where it listens.
  void SpawnAndConfigure() {
    Spawn();
    ASSERT_TRUE(control_plane_.NextHello().has_value()) << Stderr();
    ASSERT_TRUE(control_plane_.SendConfig(OneHook()));
    ASSERT_TRUE(control_plane_.Next(edge::v1::ConnectRequest::kConfigResult).has_value());
    FC_ASSERT_OK_AND_ASSIGN(std::string ready, WhenWritten(File("ready")));
    FC_ASSERT_OK_AND_ASSIGN(address_, SocketAddress::Parse(absl::StripSuffix(ready, "\n")));
  }

  static absl::StatusOr<std::string> WhenWritten(const std::string& path) {
    const absl::Time end = absl::Now() + kPatience;
    absl::StatusOr<std::string> text = ReadFileToString(path);
    while (!text.ok() && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(5));
      text = ReadFileToString(path);
    }
    return text;
  }

  std::string Post(const std::string& body) {
    const auto client = TlsTestClient::Connect(address_);
    if (!client.ok()) return client.status().ToString();
    (*client)->Send(absl::StrCat("POST /v1/hooks/", kToken, " HTTP/1.1\r\nHost: e\r\n",
                                 "Authorization: Basic ", Base64Encode("hook:not-a-secret"),
                                 "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
    return (*client)->ReceiveResponse();
  }

  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  std::vector<std::string> arguments_;
  SocketAddress address_;
  std::unique_ptr<ChildProcess> edge_;
};

// One line, without what a person can't use.
void ExpectOneLine(const std::string& text) {
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(text, '\n')).size(), 2) << text;
}

TEST_F(EdgeProcessTest, AWrongFlagIsOneLineAndStatus2) {
  Spawn({"--loops=0"});
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(2));
  EXPECT_EQ(Stderr(), "edge: --loops: 0 is not within 1 to 64\n");

  Spawn({"--no_such_flag=1"});
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(2));
  EXPECT_THAT(Stderr(), HasSubstr("no_such_flag"));
  ExpectOneLine(Stderr());
}

TEST_F(EdgeProcessTest, AMissingFileIsOneLineAndStatus1) {
  Spawn({"--link_ca=/nowhere/ca.pem"});
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(1));
  EXPECT_THAT(Stderr(), StartsWith("edge: "));
  EXPECT_THAT(Stderr(), HasSubstr("/nowhere/ca.pem"));
  ExpectOneLine(Stderr());
}

TEST_F(EdgeProcessTest, SigtermEndsItInOrder) {
  SpawnAndConfigure();
  ASSERT_TRUE(control_plane_.Next(edge::v1::ConnectRequest::kStatus).has_value());
  EXPECT_THAT(Post("[1]"), StartsWith("HTTP/1.1 200 "));
  edge_->Signal(SIGTERM);
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(0));
  EXPECT_TRUE(control_plane_.WaitForCleanEnds(1));
  // Its last words, well before the next status is due: it has one request that nobody has pulled.
  const auto last = control_plane_.Next(edge::v1::ConnectRequest::kStatus);
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->status().log().next_sequence(), 2);
  EXPECT_THAT(Stderr(), Not(HasSubstr("error")));
}

TEST_F(EdgeProcessTest, WhatWasAcceptedOutlivesAKill) {
  SpawnAndConfigure();
  for (const char* body : {"one", "two"}) {
    EXPECT_THAT(Post(body), StartsWith("HTTP/1.1 200 "));
  }
  edge_->Signal(SIGKILL);
  EXPECT_THAT(edge_->WaitFor(kPatience), Optional(-SIGKILL));

  SpawnAndConfigure();
  ASSERT_TRUE(control_plane_.SendPull(0, 10000));
  const auto batch = control_plane_.Next(edge::v1::ConnectRequest::kBatch);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->batch().requests_size(), 2);
  EXPECT_EQ(batch->batch().requests(1).body(), "two");
}

}  // namespace
}  // namespace fluxcascade
