// Over real gRPC with mutual TLS; what waits, waits for the other side and not for a time.

#include "edge/link/edge_link.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/file/file.h"
#include "common/random/fake_random.h"
#include "common/status/status_matchers.h"
#include "edge/log/fake_event_log.h"
#include "edge/testing/fake_control_plane.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using Kind = v1::ConnectRequest;

v1::Config ConfigOf(int64_t version) {
  v1::Config config;
  config.set_version(version);
  v1::Hook* hook = config.add_hooks();
  hook->set_id("hook");
  hook->set_token("AAAAAAAAAAAAAAAAAAAAAA");
  hook->set_public_url("https://hooks.example.com/h");
  *hook->add_required() = Basic("password", "hook:not-a-secret");
  return config;
}

class EdgeLinkTest : public testing::Test {
 protected:
  EdgeLinkTest() {
    options_.reconnect = {.initial = absl::Milliseconds(10), .max = absl::Milliseconds(50)};
    WriteFiles(authority_, authority_);
  }

  void WriteFiles(const TestAuthority& trusted, const TestAuthority& own) {
    const TestCertificate certificate = own.Issue({.dns_names = {"edge-1"}});
    options_.files = {
        .certificate = File("edge.pem"), .key = File("edge.key"), .authorities = File("ca.pem")};
    FC_ASSERT_OK(WriteFileAtomically(options_.files.authorities, trusted.certificate_pem(), 0600));
    FC_ASSERT_OK(
        WriteFileAtomically(options_.files.certificate, certificate.certificate_pem, 0600));
    FC_ASSERT_OK(WriteFileAtomically(options_.files.key, certificate.key_pem, 0600));
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), name);
  }

  void Dial() {
    options_.target = control_plane_.address();
    link_ = std::make_unique<EdgeLink>(options_,
                                       LinkedEdge{.log = log_,
                                                  .config = config_,
                                                  .rejections = rejections_,
                                                  .counters = counters_,
                                                  .notices = notices_,
                                                  .http = nullptr,
                                                  .version = "1.2.3"},
                                       SystemClock(), random_);
    log_.SetAppendListener([this] { link_->Wake(); });
  }

  void Append(std::string body) {
    v1::LoggedRequest request;
    request.set_body(std::move(body));
    log_.Append(std::move(request), [](absl::StatusOr<uint64_t>) {});
  }

  std::string ConfigErrorOf(const v1::Config& config) {
    EXPECT_TRUE(control_plane_.SendConfig(config));
    const auto result = control_plane_.Next(Kind::kConfigResult);
    return result.has_value() ? result->config_result().error() : "no answer";
  }

  TestAuthority authority_;
  FakeControlPlane control_plane_{authority_, authority_};
  FakeEventLog log_;
  ServedConfig config_{1000, std::nullopt};
  RejectionRing rejections_{{}};
  EdgeCounters counters_;
  LimitedLog notices_{SystemClock()};
  FakeRandom random_;
  EdgeLinkOptions options_;
  std::unique_ptr<EdgeLink> link_;
};

TEST_F(EdgeLinkTest, SaysHelloFirstUnderTheNameInItsCertificate) {
  Append("a");
  Dial();
  const auto hello = control_plane_.NextHello();
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->version(), "1.2.3");
  EXPECT_EQ(hello->log().next_sequence(), 2);
  EXPECT_EQ(control_plane_.node_name(), "edge-1");
}

TEST_F(EdgeLinkTest, AppliesOrRefusesAConfigurationAndSaysWhich) {
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  EXPECT_EQ(config_.hooks().Get()->version(), 1);
  EXPECT_TRUE(link_->connected());

  v1::Config bad = ConfigOf(2);
  bad.mutable_hooks(0)->set_token("short");
  EXPECT_THAT(ConfigErrorOf(bad), HasSubstr("hooks[0].token"));
  EXPECT_EQ(config_.hooks().Get()->version(), 1);
}

TEST_F(EdgeLinkTest, AWaitingPullIsAnsweredByWhatIsAppended) {
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  ASSERT_TRUE(control_plane_.SendPull(0, 60000));
  // The answer to this shows that the pull has been read.
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  Append("a");
  const auto batch = control_plane_.Next(Kind::kBatch);
  ASSERT_TRUE(batch.has_value());
  ASSERT_EQ(batch->batch().requests_size(), 1);
  EXPECT_EQ(batch->batch().requests(0).body(), "a");
}

TEST_F(EdgeLinkTest, AnAcknowledgementReachesTheLog) {
  Append("a");
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  ASSERT_TRUE(control_plane_.SendAck(1));
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  EXPECT_EQ(log_.acknowledged(), 1);
}

TEST_F(EdgeLinkTest, RejectionsAndStatusArrive) {
  rejections_.Add({.hook_id = "hook", .remote_address = "192.0.2.1", .time = absl::UnixEpoch()});
  counters_.rejected = 1;
  Dial();
  const auto status = control_plane_.Next(Kind::kStatus);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->status().rejected(), 1);
  const auto rejections = control_plane_.Next(Kind::kRejections);
  ASSERT_TRUE(rejections.has_value());
  EXPECT_EQ(rejections->rejections().rejections(0).remote_address(), "192.0.2.1");
}

TEST_F(EdgeLinkTest, DialsAgainAfterTheControlPlaneWasAway) {
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  EXPECT_EQ(ConfigErrorOf(ConfigOf(1)), "");
  control_plane_.Stop();
  Append("meanwhile");
  control_plane_.Start();
  const auto hello = control_plane_.NextHello();
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->config_version(), 1);
  ASSERT_TRUE(control_plane_.SendPull(0, 60000));
  const auto batch = control_plane_.Next(Kind::kBatch);
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->batch().requests(0).body(), "meanwhile");
}

TEST_F(EdgeLinkTest, DialsAgainAfterItWasRefused) {
  control_plane_.RefuseWith({grpc::StatusCode::PERMISSION_DENIED, "who are you?"});
  Dial();
  ASSERT_TRUE(control_plane_.WaitForRefusals(2));
  EXPECT_FALSE(link_->connected());
  control_plane_.RefuseWith(grpc::Status::OK);
  EXPECT_TRUE(control_plane_.NextHello().has_value());
}

TEST_F(EdgeLinkTest, EachRefusalMakesTheNextDialWaitLonger) {
  control_plane_.RefuseWith({grpc::StatusCode::PERMISSION_DENIED, "who are you?"});
  options_.reconnect = {.initial = absl::Milliseconds(2), .max = absl::Minutes(1)};
  testing::internal::CaptureStderr();
  Dial();
  const bool refused = control_plane_.WaitForRefusals(6);
  link_.reset();
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(refused);
  const std::vector<std::string> waits = absl::StrSplit(log, "\"retry_in\":\"");
  ASSERT_GE(waits.size(), 6u) << log;
  absl::Duration fifth;
  ASSERT_TRUE(absl::ParseDuration(waits[5].substr(0, waits[5].find('"')), &fifth)) << log;
  EXPECT_GE(fifth, absl::Milliseconds(16)) << "half of 2 ms, four times doubled";
}

TEST_F(EdgeLinkTest, ReplacedCertificatesCountFromTheNextConnection) {
  TestAuthority stranger("a stranger");
  WriteFiles(authority_, stranger);
  Dial();
  WriteFiles(authority_, authority_);
  EXPECT_TRUE(control_plane_.NextHello().has_value());
}

TEST_F(EdgeLinkTest, AMissingFileIsNoReasonToGiveUp) {
  const std::string ca = options_.files.authorities;
  options_.files.authorities = File("later.pem");
  Dial();
  FC_ASSERT_OK(WriteFileAtomically(options_.files.authorities, authority_.certificate_pem(), 0600));
  EXPECT_TRUE(control_plane_.NextHello().has_value());
}

TEST_F(EdgeLinkTest, EndsTheStreamItself) {
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  link_.reset();
  EXPECT_TRUE(control_plane_.WaitForCleanEnds(1));
}

TEST_F(EdgeLinkTest, BreaksOffWhenTheOtherEndDoesNotEndTheStream) {
  control_plane_.IgnoreEnds();
  options_.close_grace = absl::Milliseconds(20);
  Dial();
  ASSERT_TRUE(control_plane_.NextHello().has_value());
  link_.reset();
}

TEST_F(EdgeLinkTest, EndsWhileNobodyListens) {
  control_plane_.Stop();
  Dial();
  link_.reset();
}

}  // namespace
}  // namespace fluxcascade::edge
