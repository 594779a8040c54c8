#include "common/http/url.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::Not;

TEST(ParseHttpsUrlTest, TakesAUrlApart) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpUrl url,
                          ParseHttpsUrl("https://API.Example.com:8443/v1/A%20b?x=%2F&y=?"));
  EXPECT_EQ(url.host, "api.example.com");
  EXPECT_FALSE(url.host_is_address);
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/v1/A%20b?x=%2F&y=?");
  EXPECT_EQ(url.authority(), "api.example.com:8443");
}

TEST(ParseHttpsUrlTest, FillsInWhatIsLeftOut) {
  for (const auto& [text, target] :
       std::vector<std::pair<std::string, std::string>>{{"HTTPS://a.example", "/"},
                                                        {"https://a.example/", "/"},
                                                        {"https://a.example?q", "/?q"}}) {
    FC_ASSERT_OK_AND_ASSIGN(const HttpUrl url, ParseHttpsUrl(text));
    EXPECT_EQ(url.target, target);
    EXPECT_EQ(url.port, 443);
    EXPECT_EQ(url.authority(), "a.example");
  }
}

TEST(ParseHttpsUrlTest, TakesAddresses) {
  FC_ASSERT_OK_AND_ASSIGN(const HttpUrl v4, ParseHttpsUrl("https://127.0.0.1:1/"));
  EXPECT_TRUE(v4.host_is_address);
  EXPECT_EQ(v4.authority(), "127.0.0.1:1");
  FC_ASSERT_OK_AND_ASSIGN(const HttpUrl v6, ParseHttpsUrl("https://[2001:DB8:0::1]/x"));
  EXPECT_TRUE(v6.host_is_address);
  EXPECT_EQ(v6.host, "2001:db8::1");
  EXPECT_EQ(v6.authority(), "[2001:db8::1]");
  FC_ASSERT_OK_AND_ASSIGN(const HttpUrl v6_port, ParseHttpsUrl("https://[::1]:8443"));
  EXPECT_EQ(v6_port.authority(), "[::1]:8443");
}

TEST(ParseHttpsUrlTest, RefusesWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"http://a.example/", "https://"},
      {"//a.example/", "https://"},
      {"", "https://"},
      {"https:/a.example", "https://"},
      {"https://user:fake-password@a.example/", "user name"},
      {"https://a.example@b.example/", "user name"},
      {"https://a.example/#top", "fragment"},
      {"https://a.example/a b", "percent-encoded"},
      {"https://a.example/\xc3\xa9", "percent-encoded"},
      {"https://a.example/\r\nX: y", "percent-encoded"},
      {std::string("https://a.example/\0", 19), "percent-encoded"},
      {"https://a.example\\@b.example/", "percent-encoded"},
      {"https://a.example/%2", "'%'"},
      {"https://a.example/%zz", "'%'"},
      {"https://", "DNS name"},
      {"https:///path", "DNS name"},
      {"https://:443/", "DNS name"},
      {"https://a..example/", "DNS name"},
      {"https://a.example./", "DNS name"},
      {"https://-a.example/", "DNS name"},
      {"https://a-.example/", "DNS name"},
      {"https://a%2eexample/", "DNS name"},
      {absl::StrCat("https://", std::string(64, 'a'), ".example/"), "DNS name"},
      {"https://a.example:/", "port"},
      {"https://a.example:0/", "port"},
      {"https://a.example:65536/", "port"},
      {"https://a.example:+1/", "port"},
      {"https://a.example:1x/", "port"},
      {"https://[::1/", "']'"},
      {"https://[::1]x/", "between"},
      {"https://[a.example]/", "IPv6"},
      {"https://[fe80::1%25eth0]/", "IPv6"},
  };
  for (const auto& [url, reason] : cases) {
    EXPECT_THAT(ParseHttpsUrl(url), StatusIs(StatusCode::kInvalidArgument, HasSubstr(reason)))
        << url;
  }
}

TEST(ParseHttpsUrlTest, RefusesAddressesInUnusualSpellings) {
  for (const char* host : {"127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
                           "127.0.0.01", "127.0.0.1.1", "a.1", "256.0.0.1", "1.2.3.4a"}) {
    EXPECT_THAT(ParseHttpsUrl(absl::StrCat("https://", host, "/")),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("IPv4")))
        << host;
  }
}

TEST(ParseHttpsUrlTest, TakesLengthsUpToTheirLimits) {
  const std::string start = "https://a.example/";
  EXPECT_THAT(ParseHttpsUrl(start + std::string(kMaxUrlBytes - start.size(), 'x')), IsOk());
  EXPECT_THAT(ParseHttpsUrl(start + std::string(kMaxUrlBytes - start.size() + 1, 'x')),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("8192")));
  const std::string label(63, 'a');
  const std::string name_253 =
      absl::StrCat(label, ".", label, ".", label, ".", std::string(61, 'a'));
  ASSERT_EQ(name_253.size(), 253u);
  EXPECT_THAT(ParseHttpsUrl(absl::StrCat("https://", name_253, "/")), IsOk());
  EXPECT_THAT(ParseHttpsUrl(absl::StrCat("https://", name_253, "a/")),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(ParseHttpsUrlTest, ErrorsDoNotRepeatTheUrl) {
  EXPECT_THAT(ParseHttpsUrl("https://a.example/?api_token=fake-token#x"),
              StatusIs(StatusCode::kInvalidArgument, Not(HasSubstr("fake-token"))));
}

}  // namespace
}  // namespace fluxcascade
