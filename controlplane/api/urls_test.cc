#include "controlplane/api/urls.h"

#include <string>

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using ::testing::HasSubstr;

TEST(EndpointUrlTest, TakesPublicHttps) {
  EXPECT_THAT(CheckEndpointUrl("https://example.com/hook?x=1", false), IsOk());
  EXPECT_THAT(CheckEndpointUrl("https://8.8.8.8:8443/", false), IsOk());
}

TEST(EndpointUrlTest, RefusesWhatIsNotPublicUnlessAllowed) {
  for (const char* url : {"https://localhost/", "https://127.0.0.1/", "https://10.0.0.1/x",
                          "https://[::1]/", "https://169.254.169.254/latest/"}) {
    EXPECT_THAT(CheckEndpointUrl(url, false), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
    EXPECT_THAT(CheckEndpointUrl(url, true), IsOk()) << url;
  }
}

TEST(EndpointUrlTest, RefusesOtherSchemesUsersAndFragments) {
  for (const char* url : {"http://example.com/", "https://me@example.com/",
                          "https://example.com/#part", "example.com", ""}) {
    EXPECT_THAT(CheckEndpointUrl(url, true), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

TEST(EndpointUrlTest, MayBe2048BytesLongAndNoMore) {
  const std::string start = "https://example.com/";
  EXPECT_THAT(CheckEndpointUrl(start + std::string(2048 - start.size(), 'a'), false), IsOk());
  EXPECT_THAT(CheckEndpointUrl(start + std::string(2049 - start.size(), 'a'), false),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2048")));
}

TEST(PublicBaseUrlTest, IsSchemeAndHostAlone) {
  EXPECT_THAT(CheckPublicBaseUrl("https://hooks.example.com"), IsOk());
  EXPECT_THAT(CheckPublicBaseUrl("https://127.0.0.1:8443"), IsOk());
  for (const char* url : {"https://hooks.example.com/", "https://hooks.example.com/a",
                          "https://hooks.example.com?x", "http://hooks.example.com", ""}) {
    EXPECT_THAT(CheckPublicBaseUrl(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

}  // namespace
}  // namespace fluxcascade
