// When senders are answered, by an edge and a control plane as they are shipped: what a 200 is
// worth when the control plane is away, and when the edge's disk is lost.

#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/eventually.h"
#include "fluxcascade/v1/edge.grpc.pb.h"
#include "fluxcascade/v1/event.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/deployment.h"

namespace fluxcascade {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::StartsWith;

constexpr char kClientSecret[] = "fake-client-secret";

// `waits` is longer than any test takes, `impatient` is not.
constexpr char kWaits[] = "waits";
constexpr char kImpatient[] = "impatient";
constexpr char kLocal[] = "local";

class AckModeTest : public testing::Test {
 protected:
  void SetUp() override {
    CreateApp(kWaits, "ack { mode: MODE_CONTROL_PLANE fallback_after { seconds: 10 } }");
    CreateApp(kImpatient, "ack { mode: MODE_CONTROL_PLANE fallback_after { nanos: 200000000 } }");
    CreateApp(kLocal, "ack { mode: MODE_LOCAL }");
    deployment_.StartEdge();
  }

  void CreateApp(const std::string& id, const std::string& ack) {
    hook_urls_[id] = deployment_.admin().CreateApp(id, kClientSecret, ack);
  }
  std::string Post(const std::string& app, const std::string& body) const {
    return deployment_.Post(hook_urls_.at(app), kClientSecret, body);
  }

  // The events that the control plane has committed by now: of `[1]` that is `1`.
  std::set<std::string> Committed() {
    std::set<std::string> events;
    for (const v1::Event& event : deployment_.admin().Events()) {
      events.insert(event.payload_preview());
    }
    return events;
  }

  Deployment deployment_;
  std::map<std::string, std::string> hook_urls_;
};

TEST_F(AckModeTest, TheSenderIsAnsweredOnceTheControlPlaneHasCommitted) {
  deployment_.control_plane().Suspend();
  std::future<std::string> answer =
      std::async(std::launch::async, [this] { return Post(kWaits, "[1]"); });
  EXPECT_THAT(Post(kLocal, "[2]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  deployment_.control_plane().Resume();
  EXPECT_THAT(answer.get(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Committed(), Contains("1"));
}

TEST_F(AckModeTest, WhatWasAnsweredOutlivesTheEdgesDisk) {
  std::set<std::string> answered;
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(Post(kWaits, absl::StrCat("[", i, "]")), StartsWith("HTTP/1.1 200 "));
    answered.insert(absl::StrCat(i));
  }
  deployment_.KillEdge();
  std::filesystem::remove_all(deployment_.log_folder());
  EXPECT_THAT(Committed(), IsSupersetOf(answered));
}

TEST_F(AckModeTest, WithoutAControlPlaneTheSenderIsAnsweredInTimeAndTheNodeShowsIt) {
  deployment_.control_plane().Kill();
  EXPECT_THAT(Post(kImpatient, "[1]"), StartsWith("HTTP/1.1 200 "));
  deployment_.control_plane().StartAgain();
  EXPECT_TRUE(
      Eventually([this] { return deployment_.admin().Node().counters().local_fallbacks() == 1; }));
  EXPECT_TRUE(Eventually([this] { return Committed().contains("1"); }));
}

}  // namespace
}  // namespace fluxcascade
