#include "edge/config_keeper.h"

#include <optional>

#include "common/proto_time/proto_time.h"
#include "common/status/status_matchers.h"
#include "common/testing/eventually.h"
#include "common/time/fake_clock.h"
#include "edge/verify/recipes_for_test.h"
#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

TEST(ConfigKeeperTest, ForgetsAHookWhenItsTimeIsOverAndEndsAtOnce) {
  FakeClock clock;
  ServedConfig served(1000, std::nullopt);
  v1::Config config;
  config.set_version(1);
  v1::Hook* hook = config.add_hooks();
  hook->set_id("hook");
  hook->set_token("AAAAAAAAAAAAAAAAAAAAAA");
  hook->set_public_url("https://hooks.example.com/h");
  *hook->add_required() = Basic("password", "hook:not-a-secret");
  *hook->mutable_not_after() = ToProto(clock.Now());
  FC_ASSERT_OK(served.Apply(config, clock.Now()));
  EXPECT_EQ(served.hooks().Get()->size(), 1);

  const ConfigKeeper keeper(served, clock, absl::Milliseconds(1));
  const ConfigKeeper patient(served, clock, absl::Hours(1));
  clock.Advance(absl::Microseconds(1));
  EXPECT_TRUE(Eventually([&] { return served.hooks().Get()->size() == 0; }));
}

}  // namespace
}  // namespace fluxcascade::edge
