// How soon a change of the configuration is with the edges.

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/eventually.h"
#include "gtest/gtest.h"
#include "tests/process/deployment.h"

namespace fluxcascade {
namespace {

constexpr char kApp[] = "crm";
// The machine may be slow at any time, but hardly each time; whoever looks for changes every now
// and then is late each time, since each change comes right behind the one before.
constexpr int kTries = 5;

TEST(ConfigurationTest, AChangeIsAppliedWithinASecond) {
  Deployment deployment;
  const std::string hook_url = deployment.admin().CreateApp(kApp, "fake-secret-0");
  deployment.StartEdge();
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 1; i <= kTries; ++i) {
    const std::string secret = absl::StrCat("fake-secret-", i);
    const absl::Time begun = absl::Now();
    deployment.admin().SetClientSecret(kApp, secret);
    EXPECT_TRUE(Eventually([&] {
      return absl::StartsWith(deployment.Post(hook_url, secret, "[1]"), "HTTP/1.1 200 ");
    }));
    best = std::min(best, absl::Now() - begun);
  }
  RecordProperty("best_ms", absl::StrCat(absl::ToInt64Milliseconds(best)));
  EXPECT_LT(best, absl::Seconds(1));
}

}  // namespace
}  // namespace fluxcascade
