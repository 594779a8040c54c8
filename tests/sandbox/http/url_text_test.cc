#include "tests/sandbox/http/url_text.h"

#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade::sandbox {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(UrlTextTest, DecodesEscapesAndLeavesWhatIsNone) {
  EXPECT_EQ(PercentDecode("a%40b.c"), "a@b.c");
  EXPECT_EQ(PercentDecode("100%"), "100%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%zz"), "%zz");
}

TEST(UrlTextTest, APlusIsASpaceInAFormOnly) {
  EXPECT_EQ(PercentDecode("a+b"), "a+b");
  EXPECT_THAT(ParseForm("x=a+b&y=c%2Bd&z"),
              UnorderedElementsAre(Pair("x", "a b"), Pair("y", "c+d"), Pair("z", "")));
}

TEST(UrlTextTest, AnEncodedSlashMakesNoNewSegment) {
  EXPECT_THAT(PathSegments("/crm/a%2Fb/c?d=/e"), ElementsAre("crm", "a/b", "c"));
}

TEST(UrlTextTest, ReadsHttpsUrls) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpsUrl plain, ParseHttpsUrl("https://example.com"));
  EXPECT_EQ(plain.host, "example.com");
  EXPECT_EQ(plain.port, 443);
  EXPECT_EQ(plain.target, "/");
  FC_ASSERT_OK_AND_ASSIGN(const HttpsUrl full, ParseHttpsUrl("https://[::1]:8443/a/b?c=d#e"));
  EXPECT_EQ(full.host, "::1");
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(full.target, "/a/b?c=d");
}

TEST(UrlTextTest, RefusesWhatIsNoHttpsUrl) {
  for (const char* url : {"http://example.com", "https://", "https://a:0/", "https://a:65536/",
                          "https://a:b/", "example.com"}) {
    EXPECT_THAT(ParseHttpsUrl(url), StatusIs(absl::StatusCode::kInvalidArgument)) << url;
  }
}

}  // namespace
}  // namespace fluxcascade::sandbox
