#include "edge/http/address_limiter.h"

#include <netinet/in.h>

#include <cstring>

#include "common/check/check.h"

namespace fluxcascade::edge {

AddressLimiter::Key AddressLimiter::KeyOf(const SocketAddress& address) {
  uint64_t bits = 0;
  if (address.family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address.system());
    return {false, v4->sin_addr.s_addr};
  }
  if (address.family() != AF_INET6) return {false, 0};
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6*>(address.system())->sin6_addr;
  const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6);
  if (is_v4) {
    std::memcpy(&bits, v6.s6_addr + 12, 4);
  } else {
    std::memcpy(&bits, v6.s6_addr, 8);
  }
  return {!is_v4, bits};
}

std::optional<AddressLimiter::Place> AddressLimiter::Enter(const SocketAddress& address) {
  const Key key = KeyOf(address);
  MutexLock lock(mutex_);
  uint64_t& held = held_[key];
  if (held >= max_connections_) return std::nullopt;
  ++held;
  return Place(this, key);
}

void AddressLimiter::Leave(const Key& key) {
  MutexLock lock(mutex_);
  const auto held = held_.find(key);
  FC_CHECK(held != held_.end());
  if (--held->second == 0) held_.erase(held);
}

size_t AddressLimiter::addresses() const {
  MutexLock lock(mutex_);
  return held_.size();
}

}  // namespace fluxcascade::edge
