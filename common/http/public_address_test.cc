#include "common/http/public_address.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/net/socket_address.h"
#include "common/status/status_matchers.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

bool IsPublic(const std::string& host) {
  const bool v6 = absl::StrContains(host, ':');
  const auto address =
      SocketAddress::Parse(v6 ? absl::StrCat("[", host, "]:443") : absl::StrCat(host, ":443"));
  EXPECT_THAT(address, IsOk()) << host;
  return address.ok() && IsPublicAddress(*address);
}

TEST(IsPublicAddressTest, TakesTheOpenInternet) {
  for (const char* host : {"1.1.1.1", "8.8.8.8", "104.16.0.1", "223.255.255.255", "2606:4700::1111",
                           "2a00:1450:4001::200e", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(IsPublic(host)) << host;
  }
}

// Of each block the first and last address, and their neighbours outside.
TEST(IsPublicAddressTest, RefusesSpecialIpv4BlocksToTheirVeryEnds) {
  for (const char* host :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",      "10.255.255.255",  "100.64.0.0",
        "100.127.255.255", "127.0.0.0",       "127.0.0.1",     "127.255.255.255", "169.254.0.0",
        "169.254.169.254", "169.254.255.255", "172.16.0.0",    "172.31.255.255",  "192.0.0.0",
        "192.0.0.255",     "192.0.2.0",       "192.0.2.255",   "192.88.99.0",     "192.88.99.255",
        "192.168.0.0",     "192.168.255.255", "198.18.0.0",    "198.19.255.255",  "198.51.100.0",
        "198.51.100.255",  "203.0.113.0",     "203.0.113.255", "224.0.0.0",       "239.255.255.255",
        "240.0.0.0",       "255.255.255.255"}) {
    EXPECT_FALSE(IsPublic(host)) << host;
  }
  for (const char* host :
       {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.255.255.255", "128.0.0.0",      "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",  "172.32.0.0",     "191.255.255.255",
        "192.0.1.0",       "192.0.3.0",       "192.88.98.255",  "192.88.100.0",
        "192.167.255.255", "192.169.0.0",     "198.17.255.255", "198.20.0.0",
        "198.51.99.255",   "198.51.101.0",    "203.0.112.255",  "203.0.114.0",
        "223.255.255.255"}) {
    EXPECT_TRUE(IsPublic(host)) << host;
  }
}

TEST(IsPublicAddressTest, RefusesSpecialIpv6Addresses) {
  for (const char* host :
       {"::", "::1", "fe80::1", "febf::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
        "2001::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:0a00:0001::1", "2002:808:808::1",
        "3fff::1", "3fff:fff::1", "4000::1", "1fff::1", "64:ff9b:1::1", "::8.8.8.8"}) {
    EXPECT_FALSE(IsPublic(host)) << host;
  }
  for (const char* host : {"2000::1", "2001:200::1", "2003::1", "3ffe::1", "3fff:1000::1"}) {
    EXPECT_TRUE(IsPublic(host)) << host;
  }
}

TEST(IsPublicAddressTest, JudgesAnIpv4AddressInsideAnIpv6OneByItself) {
  EXPECT_TRUE(IsPublic("::ffff:8.8.8.8"));
  EXPECT_FALSE(IsPublic("::ffff:127.0.0.1"));
  EXPECT_FALSE(IsPublic("::ffff:10.0.0.1"));
  EXPECT_TRUE(IsPublic("64:ff9b::8.8.8.8"));
  EXPECT_FALSE(IsPublic("64:ff9b::169.254.169.254"));
}

TEST(IsPublicAddressTest, NoAddressIsNotPublic) { EXPECT_FALSE(IsPublicAddress(SocketAddress())); }

}  // namespace
}  // namespace fluxcascade
