#include "common/http/resolver.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/net/socket_address.h"
#include "common/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

using Addresses = std::vector<SocketAddress>;

absl::StatusOr<Addresses> Loopback(const std::string& /*host*/, uint16_t port) {
  return Addresses{*SocketAddress::Parse(absl::StrCat("127.0.0.1:", port))};
}

TEST(ResolverTest, GivesWhatTheLookupFound) {
  Resolver resolver(Loopback);
  FC_ASSERT_OK_AND_ASSIGN(const Addresses addresses,
                          resolver.Resolve("a.example", 443, absl::Minutes(1)));
  ASSERT_EQ(addresses.size(), 1u);
  EXPECT_EQ(addresses[0].ToString(), "127.0.0.1:443");
}

TEST(ResolverTest, GivesTheLookupsError) {
  Resolver resolver([](const std::string&, uint16_t) -> absl::StatusOr<Addresses> {
    return absl::UnavailableError("no such name");
  });
  EXPECT_THAT(resolver.Resolve("a.example", 443, absl::Minutes(1)),
              StatusIs(StatusCode::kUnavailable, "no such name"));
}

// Shared with lookups that outlive their test.
struct Gate {
  absl::Notification open;
};

class HangingResolverTest : public testing::Test {
 protected:
  ~HangingResolverTest() override { gate_->open.Notify(); }

  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  Resolver resolver_{[gate = gate_](const std::string& host, uint16_t port) {
    gate->open.WaitForNotification();
    return Loopback(host, port);
  }};
};

TEST_F(HangingResolverTest, ALookupThatHangsEndsAtTheDeadline) {
  EXPECT_THAT(resolver_.Resolve("a.example", 443, absl::Milliseconds(1)),
              StatusIs(StatusCode::kDeadlineExceeded, HasSubstr("a.example")));
}

TEST_F(HangingResolverTest, LookupsThatHangAreBounded) {
  for (int i = 0; i < Resolver::kMaxLookups; ++i) {
    ASSERT_THAT(resolver_.Resolve("a.example", 443, absl::ZeroDuration()),
                StatusIs(StatusCode::kDeadlineExceeded));
  }
  EXPECT_THAT(resolver_.Resolve("a.example", 443, absl::Minutes(1)),
              StatusIs(StatusCode::kUnavailable, HasSubstr("too many")));
}

TEST(SystemLookupTest, AnAddressIsItsOwnAnswer) {
  FC_ASSERT_OK_AND_ASSIGN(const Addresses v4, SystemLookup("127.0.0.1", 8443));
  ASSERT_EQ(v4.size(), 1u);
  EXPECT_EQ(v4[0].ToString(), "127.0.0.1:8443");
  FC_ASSERT_OK_AND_ASSIGN(const Addresses v6, SystemLookup("::1", 8443));
  ASSERT_EQ(v6.size(), 1u);
  EXPECT_EQ(v6[0].ToString(), "[::1]:8443");
}

TEST(SystemLookupTest, LocalhostIsLoopback) {
  FC_ASSERT_OK_AND_ASSIGN(const Addresses addresses, SystemLookup("localhost", 1));
  EXPECT_FALSE(addresses.empty());
}

TEST(SystemLookupTest, ANameThatCannotBeIsUnavailableAndNamed) {
  const std::string label_too_long(64, 'a');  // refused without asking a server
  EXPECT_THAT(SystemLookup(label_too_long + ".invalid", 443),
              StatusIs(StatusCode::kUnavailable, HasSubstr(label_too_long)));
}

}  // namespace
}  // namespace fluxcascade
