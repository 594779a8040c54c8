// Two control planes that read one log on disk, over real gRPC with mutual TLS.

#include "edge/link/edge_links.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/file/file.h"
#include "common/random/random.h"
#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/log/append_and_wait.h"
#include "edge/log/rocks_event_log.h"
#include "edge/testing/fake_control_plane.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using Kind = v1::ConnectRequest;

v1::Config OneHook() {
  v1::Config config;
  config.set_version(1);
  v1::Hook* hook = config.add_hooks();
  hook->set_id("hook");
  hook->set_token("AAAAAAAAAAAAAAAAAAAAAA");
  hook->set_public_url("https://hooks.example.com/h");
  *hook->add_required() = Basic("password", "hook:not-a-secret");
  return config;
}

class EdgeLinksTest : public testing::Test {
 protected:
  void SetUp() override {
    const TestCertificate certificate = authority_.Issue({.dns_names = {"edge-1"}});
    options_.target = primary_.address();
    options_.files = {
        .certificate = File("edge.pem"), .key = File("edge.key"), .authorities = File("ca.pem")};
    options_.reconnect = {.initial = absl::Milliseconds(10), .max = absl::Milliseconds(50)};
    FC_ASSERT_OK(WriteFileAtomically(File("ca.pem"), authority_.certificate_pem(), 0600));
    FC_ASSERT_OK(WriteFileAtomically(File("edge.pem"), certificate.certificate_pem, 0600));
    FC_ASSERT_OK(WriteFileAtomically(File("edge.key"), certificate.key_pem, 0600));
    RocksEventLogOptions log_options;
    log_options.folder.database.path = File("log");
    log_options.min_free_bytes = 0;
    // What all have acknowledged goes at once.
    log_options.retention.max_bytes = 0;
    log_options.further_consumers = {"standby"};
    FC_ASSERT_OK_AND_ASSIGN(log_, RocksEventLog::Open(log_options, SystemClock(), SecureRandom()));
  }

  static std::string File(absl::string_view name) {
    return absl::StrCat(testing::TempDir(), "/",
                        testing::UnitTest::GetInstance()->current_test_info()->name(), ".", name);
  }

  void Dial() {
    links_ = std::make_unique<EdgeLinks>(
        options_,
        LinkedEdge{.log = *log_,
                   .config = config_,
                   .rejections = rejections_,
                   .counters = counters_,
                   .notices = notices_,
                   .committed = [this](uint64_t through) { committed_ = through; },
                   .version = "1.2.3"},
        std::vector<EdgeLinks::Further>{{"standby", standby_.address()}}, SystemClock(),
        SecureRandom());
  }
  // Both have been greeted then, and so know the log's id.
  void DialBoth() {
    Dial();
    ASSERT_TRUE(primary_.NextHello().has_value());
    ASSERT_TRUE(standby_.NextHello().has_value());
  }

  void Append(const std::vector<std::string>& bodies) {
    for (const std::string& body : bodies) {
      FC_ASSERT_OK(AppendAndWait(*log_, RequestWithBody(body)));
    }
  }

  static std::string BodiesOf(const std::optional<v1::ConnectRequest>& batch) {
    if (!batch.has_value()) return "no batch";
    return absl::StrJoin(batch->batch().requests(), " ", [](std::string* out, const auto& request) {
      absl::StrAppend(out, request.body());
    });
  }
  static std::string PullAfter(FakeControlPlane& from, uint64_t after) {
    EXPECT_TRUE(from.SendPull(after, 10000));
    return BodiesOf(from.Next(Kind::kBatch));
  }
  // Its answer shows that the edge has read all that was sent before.
  static std::string ConfigErrorOf(FakeControlPlane& from) {
    EXPECT_TRUE(from.SendConfig(OneHook()));
    const auto result = from.Next(Kind::kConfigResult);
    return result.has_value() ? result->config_result().error() : "no answer";
  }
  static void Acknowledge(FakeControlPlane& from, uint64_t through) {
    EXPECT_TRUE(from.SendAck(through));
    ConfigErrorOf(from);
  }
  uint64_t FirstAfterTrim() {
    FC_EXPECT_OK(log_->RetentionStep());
    return log_->State().first_sequence();
  }

  TestAuthority authority_;
  FakeControlPlane primary_{authority_, authority_};
  FakeControlPlane standby_{authority_, authority_};
  std::unique_ptr<RocksEventLog> log_;
  ServedConfig config_{1000, std::nullopt};
  RejectionRing rejections_{{}};
  EdgeCounters counters_;
  LimitedLog notices_{SystemClock()};
  std::atomic<uint64_t> committed_{0};
  EdgeLinkOptions options_;
  std::unique_ptr<EdgeLinks> links_;
};

TEST_F(EdgeLinksTest, BothGetAllAtTheirOwnPaceAndTheLogWaitsForTheSlower) {
  Append({"a", "b"});
  DialBoth();
  EXPECT_EQ(PullAfter(primary_, 0), "a b");
  Acknowledge(primary_, 2);
  EXPECT_EQ(FirstAfterTrim(), 1u);
  EXPECT_EQ(PullAfter(standby_, 0), "a b");
  Acknowledge(standby_, 1);
  EXPECT_EQ(FirstAfterTrim(), 2u);
  Append({"c"});
  EXPECT_EQ(PullAfter(primary_, 2), "c");
  Acknowledge(primary_, 3);
  EXPECT_EQ(PullAfter(standby_, 1), "b c");
  Acknowledge(standby_, 3);
  EXPECT_EQ(FirstAfterTrim(), 4u);
}

TEST_F(EdgeLinksTest, PullsOfBothAreAnsweredByWhatIsAppended) {
  DialBoth();
  ASSERT_TRUE(primary_.SendPull(0, 60000));
  ASSERT_TRUE(standby_.SendPull(0, 60000));
  ConfigErrorOf(primary_);
  ConfigErrorOf(standby_);
  Append({"a"});
  EXPECT_EQ(BodiesOf(primary_.Next(Kind::kBatch)), "a");
  EXPECT_EQ(BodiesOf(standby_.Next(Kind::kBatch)), "a");
}

TEST_F(EdgeLinksTest, OneThatLagsIsSeenByBoth) {
  Append({"a", "b", "c"});
  DialBoth();
  Acknowledge(primary_, 3);
  Acknowledge(standby_, 1);
  for (FakeControlPlane* const one : {&primary_, &standby_}) {
    // Right behind its answer to a configuration an edge says how it fares.
    ConfigErrorOf(*one);
    const auto message = one->Next(Kind::kStatus);
    ASSERT_TRUE(message.has_value());
    const v1::Status& status = message->status();
    ASSERT_EQ(status.consumers_size(), 2);
    EXPECT_EQ(status.consumers(0).name(), "primary");
    EXPECT_EQ(status.consumers(0).acknowledged_sequence(), 3);
    EXPECT_EQ(status.consumers(0).lag_requests(), 0);
    EXPECT_FALSE(status.consumers(0).has_lag_age());
    EXPECT_TRUE(status.consumers(0).connected());
    EXPECT_EQ(status.consumers(1).name(), "standby");
    EXPECT_EQ(status.consumers(1).acknowledged_sequence(), 1);
    EXPECT_EQ(status.consumers(1).lag_requests(), 2);
    EXPECT_TRUE(status.consumers(1).has_lag_age());
    EXPECT_TRUE(status.consumers(1).connected());
  }
}

TEST_F(EdgeLinksTest, OneThatIsAwayHoldsUpNobodyElse) {
  standby_.Stop();
  Append({"a"});
  Dial();
  ASSERT_TRUE(primary_.NextHello().has_value());
  EXPECT_EQ(PullAfter(primary_, 0), "a");
  const std::vector<v1::ConsumerState> consumers = links_->Consumers();
  ASSERT_EQ(consumers.size(), 2);
  EXPECT_TRUE(links_->connected());
  EXPECT_TRUE(consumers[0].connected());
  EXPECT_FALSE(consumers[1].connected());
}

TEST_F(EdgeLinksTest, OnlyThePrimaryIsListenedToInMattersOfConfigurationAndCommits) {
  Append({"a", "b"});
  DialBoth();
  EXPECT_THAT(ConfigErrorOf(standby_), HasSubstr("its first control plane"));
  EXPECT_EQ(config_.version(), 0);
  EXPECT_EQ(ConfigErrorOf(primary_), "");
  EXPECT_EQ(config_.version(), 1);
  Acknowledge(standby_, 2);
  EXPECT_EQ(committed_, 0u);
  Acknowledge(primary_, 1);
  EXPECT_EQ(committed_, 1u);
}

TEST_F(EdgeLinksTest, BothStreamsAreEndedByTheEdge) {
  DialBoth();
  links_.reset();
  EXPECT_TRUE(primary_.WaitForCleanEnds(1));
  EXPECT_TRUE(standby_.WaitForCleanEnds(1));
}

}  // namespace
}  // namespace fluxcascade::edge
