#include "common/http/public_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace fluxcascade {
namespace {

struct Ipv4Block {
  std::array<uint8_t, 4> first;
  int bits;
};

constexpr Ipv4Block kNotPublicIpv4[] = {
    {{0, 0, 0, 0}, 8},        // this network
    {{10, 0, 0, 0}, 8},       // private
    {{100, 64, 0, 0}, 10},    // shared address space
    {{127, 0, 0, 0}, 8},      // loopback
    {{169, 254, 0, 0}, 16},   // link-local
    {{172, 16, 0, 0}, 12},    // private
    {{192, 0, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2, 0}, 24},     // documentation
    {{192, 88, 99, 0}, 24},   // 6to4 relays, given up
    {{192, 168, 0, 0}, 16},   // private
    {{198, 18, 0, 0}, 15},    // benchmarks
    {{198, 51, 100, 0}, 24},  // documentation
    {{203, 0, 113, 0}, 24},   // documentation
    {{224, 0, 0, 0}, 4},      // multicast
    {{240, 0, 0, 0}, 4},      // reserved, broadcast
};

using Ipv6Bytes = std::array<uint8_t, 16>;

struct Ipv6Block {
  Ipv6Bytes first;
  int bits;
};

constexpr Ipv6Block kGlobalUnicast = {{0x20}, 3};
constexpr Ipv6Block kMapped = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Ipv6Block kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};

// Within global unicast.
constexpr Ipv6Block kNotPublicIpv6[] = {
    {{0x20, 0x01}, 23},              // protocol assignments, Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4
    {{0x3f, 0xff}, 20},              // documentation
};

bool IsWithin(const uint8_t* address, const uint8_t* first, int bits) {
  const int whole = bits / 8;
  const auto mask = static_cast<uint8_t>(0xff00 >> bits % 8);
  return std::equal(first, first + whole, address) &&
         (bits % 8 == 0 || ((address[whole] ^ first[whole]) & mask) == 0);
}

bool IsWithin(const Ipv6Bytes& address, const Ipv6Block& block) {
  return IsWithin(address.data(), block.first.data(), block.bits);
}

bool IsPublicIpv4(const uint8_t* address) {
  return std::none_of(
      std::begin(kNotPublicIpv4), std::end(kNotPublicIpv4),
      [=](const Ipv4Block& block) { return IsWithin(address, block.first.data(), block.bits); });
}

bool IsPublicIpv6(const Ipv6Bytes& address) {
  if (IsWithin(address, kMapped) || IsWithin(address, kNat64)) {
    return IsPublicIpv4(address.data() + 12);
  }
  return IsWithin(address, kGlobalUnicast) &&
         std::none_of(std::begin(kNotPublicIpv6), std::end(kNotPublicIpv6),
                      [&](const Ipv6Block& block) { return IsWithin(address, block); });
}

}  // namespace

bool IsPublicAddress(const SocketAddress& address) {
  if (address.family() == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address.system(), sizeof(v4));
    return IsPublicIpv4(reinterpret_cast<const uint8_t*>(&v4.sin_addr));
  }
  if (address.family() == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, address.system(), sizeof(v6));
    Ipv6Bytes bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IsPublicIpv6(bytes);
  }
  return false;
}

}  // namespace fluxcascade
