#include "edge/http/address_limiter.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace fluxcascade::edge {
namespace {

class AddressLimiterTest : public testing::Test {
 protected:
  // Takes a place and keeps it; false when there is none.
  bool Enter(const std::string& address) {
    auto place = limiter_.Enter(SocketAddress::Parse(address).value());
    if (place.has_value()) places_.push_back(*std::move(place));
    return place.has_value();
  }

  AddressLimiter limiter_{2};
  std::vector<AddressLimiter::Place> places_;
};

TEST_F(AddressLimiterTest, AnAddressHoldsAsManyAsTheLimitAndNotOneMore) {
  EXPECT_TRUE(Enter("192.0.2.1:1"));
  EXPECT_TRUE(Enter("192.0.2.1:2"));
  EXPECT_FALSE(Enter("192.0.2.1:3"));
  EXPECT_TRUE(Enter("192.0.2.2:1")) << "another has its own";
}

TEST_F(AddressLimiterTest, WhatIsGivenBackCanBeTakenAgain) {
  ASSERT_TRUE(Enter("192.0.2.1:1"));
  ASSERT_TRUE(Enter("192.0.2.1:2"));
  ASSERT_FALSE(Enter("192.0.2.1:3"));
  places_.pop_back();
  EXPECT_TRUE(Enter("192.0.2.1:4"));
  EXPECT_FALSE(Enter("192.0.2.1:5"));
}

TEST_F(AddressLimiterTest, RemembersNobodyWhoHasLeft) {
  ASSERT_TRUE(Enter("192.0.2.1:1"));
  ASSERT_TRUE(Enter("192.0.2.2:1"));
  EXPECT_EQ(limiter_.addresses(), 2u);
  places_.clear();
  EXPECT_EQ(limiter_.addresses(), 0u);
}

TEST_F(AddressLimiterTest, Ipv6CountsByItsFirst64Bits) {
  EXPECT_TRUE(Enter("[2001:db8:0:1::1]:1"));
  EXPECT_TRUE(Enter("[2001:db8:0:1:ffff:ffff:ffff:ffff]:1"));
  EXPECT_FALSE(Enter("[2001:db8:0:1::2]:1"));
  EXPECT_TRUE(Enter("[2001:db8:0:2::1]:1"));
  EXPECT_TRUE(Enter("[2001:db8:1:1::1]:1"));
}

TEST_F(AddressLimiterTest, AnIpv4AddressInsideAnIpv6OneIsTheSame) {
  EXPECT_TRUE(Enter("192.0.2.1:1"));
  EXPECT_TRUE(Enter("[::ffff:192.0.2.1]:1"));
  EXPECT_FALSE(Enter("[::ffff:192.0.2.1]:2"));
  EXPECT_TRUE(Enter("[::ffff:192.0.2.2]:1")) << "and others in that network are not";
  EXPECT_TRUE(Enter("[::1]:1")) << "nor is what begins with the same bits";
}

TEST_F(AddressLimiterTest, CountsOverManyThreads) {
  AddressLimiter limiter(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&limiter] {
      const SocketAddress address = SocketAddress::Parse("192.0.2.1:1").value();
      for (int round = 0; round < 10000; ++round) EXPECT_TRUE(limiter.Enter(address).has_value());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(limiter.addresses(), 0u);
}

}  // namespace
}  // namespace fluxcascade::edge
