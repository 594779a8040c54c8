#include "common/net/socket_address.h"

#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(SocketAddressTest, ReadsIpv4) {
  FC_ASSERT_OK_AND_ASSIGN(const SocketAddress address, SocketAddress::Parse("127.0.0.1:8443"));
  EXPECT_EQ(address.family(), AF_INET);
  EXPECT_EQ(address.host(), "127.0.0.1");
  EXPECT_EQ(address.port(), 8443);
  EXPECT_EQ(address.ToString(), "127.0.0.1:8443");
}

TEST(SocketAddressTest, ReadsIpv6InBrackets) {
  FC_ASSERT_OK_AND_ASSIGN(const SocketAddress address, SocketAddress::Parse("[2001:db8::7]:443"));
  EXPECT_EQ(address.family(), AF_INET6);
  EXPECT_EQ(address.host(), "2001:db8::7");
  EXPECT_EQ(address.ToString(), "[2001:db8::7]:443");
}

TEST(SocketAddressTest, NamesAnIpv4SenderOnAnIpv6SocketByItsIpv4Address) {
  FC_ASSERT_OK_AND_ASSIGN(const SocketAddress address,
                          SocketAddress::Parse("[::ffff:192.0.2.7]:1"));
  EXPECT_EQ(address.host(), "192.0.2.7");
}

TEST(SocketAddressTest, TakesTheHighestPortAndRefusesTheNext) {
  FC_EXPECT_OK(SocketAddress::Parse("127.0.0.1:0").status());
  FC_EXPECT_OK(SocketAddress::Parse("127.0.0.1:65535").status());
  EXPECT_THAT(SocketAddress::Parse("127.0.0.1:65536").status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(SocketAddressTest, RefusesWhatIsNoAddress) {
  for (const char* text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:+1",
                           "127.0.0.1: 1", "localhost:1", "127.0.0.1.1:1", "::1:80", "[::1:80",
                           "[]:80", "[127.0.0.1]:80", "256.0.0.1:80"}) {
    EXPECT_THAT(SocketAddress::Parse(text).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, testing::HasSubstr("[::]:8443")))
        << text;
  }
}

TEST(SocketAddressTest, AnotherFamilyHasNoHost) {
  sockaddr_storage system = {};
  system.ss_family = AF_UNIX;
  const SocketAddress address = SocketAddress::FromSystem(system);
  EXPECT_EQ(address.host(), "");
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(address.system_size(), 0u);
}

}  // namespace
}  // namespace fluxcascade
