// One edge that feeds a standby, too: two control planes as they are shipped.

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/testing/eventually.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/process/control_plane_process.h"
#include "tests/process/deployment.h"
#include "tests/process/operator.h"

namespace fluxcascade {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr char kApp[] = "crm";
constexpr char kSecret[] = "fake-client-secret";

// Of `[1]` that is `1`.
std::set<std::string> EventsOf(Operator& admin) {
  std::set<std::string> events;
  for (const v1::Event& event : admin.Events()) events.insert(event.payload_preview());
  return events;
}

TEST(TwoControlPlanesTest, TheStandbyHasWhatTheFirstHasAndCatchesUpAfterItWasAway) {
  Deployment deployment;
  ControlPlaneProcess standby(absl::StrCat(testing::TempDir(), "/standby"), deployment.authority());
  Operator standby_admin(standby);
  const std::string hook_url = deployment.admin().CreateApp(kApp, kSecret);
  standby_admin.CreateApp(kApp, kSecret);
  deployment.StartEdge({"--also_feed=standby=" + standby.link_address()});

  EXPECT_THAT(deployment.Post(hook_url, kSecret, "[1]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(Eventually([&] { return EventsOf(standby_admin).size() == 1; }));
  standby.Kill();
  EXPECT_THAT(deployment.Post(hook_url, kSecret, "[2]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_TRUE(Eventually([&] { return EventsOf(deployment.admin()).size() == 2; }))
      << "the first does not wait for the other";
  standby.StartAgain();
  EXPECT_TRUE(Eventually([&] { return EventsOf(standby_admin).size() == 2; }));
  EXPECT_THAT(EventsOf(standby_admin), ElementsAre("1", "2"));
  EXPECT_THAT(EventsOf(deployment.admin()), ElementsAre("1", "2"));
}

}  // namespace
}  // namespace fluxcascade
