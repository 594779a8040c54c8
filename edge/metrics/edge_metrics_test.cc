#include "edge/metrics/edge_metrics.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_matchers.h"
#include "common/time/fake_clock.h"
#include "edge/verify/recipes_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace fluxcascade::edge {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kToken[] = "AAAAAAAAAAAAAAAAAAAAAA";

class EdgeMetricsTest : public testing::Test {
 protected:
  EdgeMetricsSources Sources() {
    return {.version = "1.2.3",
            .started = clock_.Now(),
            .clock = clock_,
            .counters = counters_,
            .hooks = hooks_,
            .rejections = rejections_,
            .http = [this] { return http_; },
            .log = [this] { return log_; },
            .ready = [this] { return ready_; },
            .link_connected = [this] { return link_connected_; },
            .consumers = [this] { return consumers_; },
            .quarantine = [this] { return quarantine_; },
            .gauges = gauges_};
  }
  std::vector<prometheus::MetricFamily> Collect() { return EdgeMetrics(Sources()).Collect(); }
  std::string Text() { return prometheus::TextSerializer().Serialize(Collect()); }

  // `line` without the prefix that all have.
  void ExpectLine(const std::string& line) {
    EXPECT_THAT(Text(), HasSubstr(absl::StrCat("\nfluxcascade_edge_", line, "\n")));
  }

  void Configure(int64_t version, bool waits = false) {
    v1::Config config;
    config.set_version(version);
    v1::Hook* hook = config.add_hooks();
    hook->set_id("hook-1");
    hook->set_token(kToken);
    hook->set_public_url("https://hooks.example.com/h");
    *hook->add_required() = Basic("password", "hook:not-a-secret");
    if (waits) {
      hook->mutable_ack()->set_mode(v1::AckRule::MODE_CONTROL_PLANE);
      hook->mutable_ack()->mutable_fallback_after()->set_seconds(1);
    }
    hooks_.Replace(*HookTable::Build(config, 1000, hooks_.Get().get()));
  }

  FakeClock clock_;
  EdgeCounters counters_;
  ActiveHookTable hooks_;
  RejectionRing rejections_{{.entries = 1}};
  HttpStats http_;
  LogStats log_;
  absl::Status ready_;
  bool link_connected_ = true;
  std::vector<v1::ConsumerState> consumers_;
  QuarantineStats quarantine_;
  std::vector<EdgeGauge> gauges_;
};

TEST_F(EdgeMetricsTest, WebhooksAreCountedByHookAndOutcome) {
  Configure(1);
  hooks_.Get()->Find(kToken, clock_.Now())->counters->Add(HookOutcome::kAccepted);
  counters_.no_hook.Add(HookOutcome::kUnauthorized);
  ExpectLine("requests_total{hook=\"hook-1\",outcome=\"accepted\"} 1");
  ExpectLine("requests_total{hook=\"hook-1\",outcome=\"unauthorized\"} 0");
  ExpectLine("requests_total{hook=\"\",outcome=\"unauthorized\"} 1");
  EXPECT_THAT(Text(), Not(HasSubstr("\"unknown\""))) << "each outcome has a name";
}

TEST_F(EdgeMetricsTest, FallbacksAreShownOfHooksThatWaitOrDidBefore) {
  Configure(1);
  EXPECT_THAT(Text(), Not(HasSubstr("\nfluxcascade_edge_local_fallbacks_total{")));
  Configure(2, /*waits=*/true);
  ExpectLine("local_fallbacks_total{hook=\"hook-1\"} 0");
  hooks_.Get()->Find(kToken, clock_.Now())->counters->AddLocalFallback();
  Configure(3);
  ExpectLine("local_fallbacks_total{hook=\"hook-1\"} 1");
}

TEST_F(EdgeMetricsTest, EachConsumerOfTheLogIsShown) {
  consumers_.resize(2);
  consumers_[0].set_name("primary");
  consumers_[0].set_connected(true);
  consumers_[1].set_name("standby");
  consumers_[1].set_lag_requests(7);
  *consumers_[1].mutable_lag_age() = ToProto(absl::Milliseconds(1500));
  consumers_[1].set_lost_requests(3);
  ExpectLine("consumer_connected{consumer=\"primary\"} 1");
  ExpectLine("consumer_lag_requests{consumer=\"primary\"} 0");
  ExpectLine("consumer_lag_seconds{consumer=\"primary\"} 0");
  ExpectLine("consumer_connected{consumer=\"standby\"} 0");
  ExpectLine("consumer_lag_requests{consumer=\"standby\"} 7");
  ExpectLine("consumer_lag_seconds{consumer=\"standby\"} 1.5");
  ExpectLine("consumer_lost_requests_total{consumer=\"standby\"} 3");
}

TEST_F(EdgeMetricsTest, TheQuarantineIsShown) {
  quarantine_ = {.requests = 3, .bytes = 12288, .dropped = 2, .released = 1};
  ExpectLine("quarantined_requests 3");
  ExpectLine("quarantined_bytes 12288");
  ExpectLine("quarantine_dropped_total 2");
  ExpectLine("quarantine_released_total 1");
}

TEST_F(EdgeMetricsTest, RefusalsAreCountedByReason) {
  counters_.rejected_for[v1::RejectedRequest::REASON_SIGNATURE_MISMATCH] = 3;
  ExpectLine("verification_failures_total{reason=\"signature_mismatch\"} 3");
  ExpectLine("verification_failures_total{reason=\"unknown_token\"} 0");
  ExpectLine("forgotten_ids_total 0");
  EXPECT_THAT(Text(), Not(HasSubstr("unspecified")));
  EXPECT_THAT(Text(), Not(HasSubstr("replayed"))) << "a replay is not refused";
}

TEST_F(EdgeMetricsTest, RejectionsThatHadToGoAreCounted) {
  for (const char* address : {"192.0.2.1", "192.0.2.2"}) {
    rejections_.Add({.hook_id = "h", .remote_address = address, .time = clock_.Now()});
  }
  ExpectLine("dropped_rejections_total 1");
}

TEST_F(EdgeMetricsTest, ConnectionsAndBytesAreTheServers) {
  http_.open_connections = 9;
  http_.parked_connections = 7;
  http_.failed_handshakes = 2;
  http_.resumed_handshakes = 3;
  http_.received_bytes = 12345678;
  ExpectLine("open_connections 9");
  ExpectLine("parked_connections 7");
  ExpectLine("failed_handshakes_total 2");
  ExpectLine("resumed_handshakes_total 3");
  ExpectLine("received_bytes_total 12345678");
}

TEST_F(EdgeMetricsTest, WhatTheLimitsRefusedIsCounted) {
  http_.refused_connections = 5;
  http_.refused_by_address = 4;
  http_.refused_bodies = 3;
  http_.body_bytes = 2000;
  http_.late_answers = 6;
  ExpectLine("refused_connections_total 5");
  ExpectLine("refused_by_address_total 4");
  ExpectLine("refused_bodies_total 3");
  ExpectLine("body_bytes 2000");
  ExpectLine("late_answers_total 6");
}

TEST_F(EdgeMetricsTest, EachStageHasAHistogram) {
  http_.handshake.counts[0] = 1;
  http_.read.counts[0] = 2;
  for (int i = 0; i < 3; ++i) counters_.verify.Observe(absl::Microseconds(5));
  log_.append.counts[0] = 4;
  log_.sync.counts[0] = 5;
  for (int i = 0; i < 7; ++i) counters_.commit.Observe(absl::Milliseconds(5));
  http_.answer.counts[0] = 6;
  ExpectLine("stage_duration_seconds_count{stage=\"handshake\"} 1");
  ExpectLine("stage_duration_seconds_count{stage=\"read\"} 2");
  ExpectLine("stage_duration_seconds_count{stage=\"verify\"} 3");
  ExpectLine("stage_duration_seconds_count{stage=\"append\"} 4");
  ExpectLine("stage_duration_seconds_count{stage=\"sync\"} 5");
  ExpectLine("stage_duration_seconds_count{stage=\"commit\"} 7");
  ExpectLine("stage_duration_seconds_count{stage=\"answer\"} 6");
}

TEST_F(EdgeMetricsTest, TheLogSaysHowFarBehindTheControlPlaneIs) {
  log_ = {.bytes = 1000,
          .unacknowledged_bytes = 600,
          .unacknowledged_requests = 2,
          .oldest_unacknowledged = clock_.Now(),
          .waiting_bytes = 50,
          .failed_writes = 1,
          .memory_bytes = 7000};
  clock_.Advance(absl::Milliseconds(90500));
  ExpectLine("log_bytes 1000");
  ExpectLine("log_unacknowledged_bytes 600");
  ExpectLine("log_unacknowledged_requests 2");
  ExpectLine("log_oldest_unacknowledged_age_seconds 90.5");
  ExpectLine("log_waiting_bytes 50");
  ExpectLine("log_failed_writes_total 1");
  ExpectLine("log_memory_bytes 7000");
}

TEST_F(EdgeMetricsTest, NothingIsOlderThanNow) {
  ExpectLine("log_oldest_unacknowledged_age_seconds 0");
  log_.oldest_unacknowledged = clock_.Now() + absl::Seconds(1);
  ExpectLine("log_oldest_unacknowledged_age_seconds 0");
}

TEST_F(EdgeMetricsTest, TheStateIsThereBeforeAConfigurationIs) {
  ready_ = absl::UnavailableError("no configuration yet");
  link_connected_ = false;
  ExpectLine("ready 0");
  ExpectLine("link_connected 0");
  ExpectLine("config_version 0");
  ready_ = absl::OkStatus();
  link_connected_ = true;
  Configure(17);
  ExpectLine("ready 1");
  ExpectLine("link_connected 1");
  ExpectLine("config_version 17");
  ExpectLine("hooks 1");
  ExpectLine("build_info{version=\"1.2.3\"} 1");
}

TEST_F(EdgeMetricsTest, OtherPartsAddGaugesAndMayHaveNothingToTell) {
  gauges_ = {{"moon_phase", "Of the moon.", [] { return std::optional<double>(0.25); }},
             {"tide", "Of the sea.", [] { return std::optional<double>(); }}};
  ExpectLine("moon_phase 0.25");
  EXPECT_THAT(Text(), Not(HasSubstr("tide")));
}

// What operators build their alerts on.
TEST_F(EdgeMetricsTest, EveryNameIsThereOnceAndSaysWhatCounts) {
  std::set<std::string> collected;
  for (const prometheus::MetricFamily& family : Collect()) {
    EXPECT_TRUE(collected.insert(family.name).second) << family.name << " is there twice";
    EXPECT_EQ(family.type == prometheus::MetricType::Counter, absl::EndsWith(family.name, "_total"))
        << family.name;
  }
}

}  // namespace
}  // namespace fluxcascade::edge
