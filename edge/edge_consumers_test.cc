// A whole edge whose log two control planes read.

#include <string>
#include <vector>

#include "common/status/status_matchers.h"
#include "common/testing/test_certificates.h"
#include "edge/edge_for_test.h"
#include "edge/testing/fake_control_plane.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

using testing::ElementsAre;
using testing::StartsWith;
using Kind = v1::ConnectRequest;

class EdgeConsumersTest : public testing::Test {
 protected:
  EdgeConsumersTest() { edge_.options().also_feed = {{"standby", standby_.address()}}; }

  void Start() {
    FC_ASSERT_OK(edge_.Start());
    ASSERT_TRUE(primary_.NextHello().has_value());
    Configure();
  }

  void Configure() {
    ASSERT_TRUE(primary_.SendConfig(EdgeForTest::ConfigOf(1)));
    const auto result = primary_.Next(Kind::kConfigResult);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->config_result().error(), "");
  }

  // Reads the log to its end, from behind `after`, without acknowledging anything.
  static std::vector<std::string> ReadAll(FakeControlPlane& from, uint64_t after) {
    std::vector<std::string> bodies;
    size_t before = 0;
    do {
      before = bodies.size();
      EXPECT_TRUE(from.SendPull(after + before, 0));
      const auto message = from.Next(Kind::kBatch);
      if (!message.has_value()) return bodies;
      for (const auto& request : message->batch().requests()) bodies.push_back(request.body());
    } while (bodies.size() > before);
    return bodies;
  }

  // As the edge says now.
  v1::ConsumerState Standby() {
    Configure();
    const auto status = primary_.Next(Kind::kStatus);
    EXPECT_TRUE(status.has_value());
    if (!status.has_value() || status->status().consumers_size() != 2) return {};
    return status->status().consumers(1);
  }

  TestAuthority authority_;
  FakeControlPlane primary_{authority_, authority_};
  FakeControlPlane standby_{authority_, authority_};
  EdgeForTest edge_{authority_, primary_};
};

TEST_F(EdgeConsumersTest, BothGetEverythingAndTheOneThatLagsIsSeen) {
  Start();
  ASSERT_TRUE(standby_.NextHello().has_value());
  for (const char* body : {"[1]", "[2]", "[3]"}) {
    EXPECT_THAT(edge_.Post(body), StartsWith("HTTP/1.1 200 "));
  }
  EXPECT_THAT(ReadAll(primary_, 0), ElementsAre("[1]", "[2]", "[3]"));
  ASSERT_TRUE(primary_.SendAck(3));
  EXPECT_THAT(ReadAll(standby_, 0), ElementsAre("[1]", "[2]", "[3]"));
  ASSERT_TRUE(standby_.SendAck(1));
  // What comes behind the ack has been read after it.
  EXPECT_THAT(ReadAll(standby_, 3), ElementsAre());
  const v1::ConsumerState standby = Standby();
  EXPECT_EQ(standby.name(), "standby");
  EXPECT_TRUE(standby.connected());
  EXPECT_EQ(standby.acknowledged_sequence(), 1);
  EXPECT_EQ(standby.lag_requests(), 2);
}

TEST_F(EdgeConsumersTest, OneThatIsAwayCatchesUpWhenItComes) {
  standby_.Stop();
  Start();
  EXPECT_THAT(edge_.Post("[1]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ReadAll(primary_, 0), ElementsAre("[1]"));
  EXPECT_FALSE(Standby().connected());
  EXPECT_EQ(Standby().lag_requests(), 1);
  standby_.Start();
  ASSERT_TRUE(standby_.NextHello().has_value());
  EXPECT_THAT(ReadAll(standby_, 0), ElementsAre("[1]"));
}

}  // namespace
}  // namespace fluxcascade::edge
