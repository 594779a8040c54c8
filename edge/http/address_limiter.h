// How many connections one address may hold open.
#ifndef FLUXCASCADE_EDGE_HTTP_ADDRESS_LIMITER_H_
#define FLUXCASCADE_EDGE_HTTP_ADDRESS_LIMITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"

namespace fluxcascade::edge {

// An IPv6 address counts by its first 64 bits, because whoever has one has all of these; an IPv4
// address inside an IPv6 one counts as the IPv4 address. One lock for all: it is taken twice for a
// connection, whose handshake takes thousands of times as long. Thread-safe.
class AddressLimiter {
 public:
  explicit AddressLimiter(uint64_t max_connections) : max_connections_(max_connections) {}

  AddressLimiter(const AddressLimiter&) = delete;
  AddressLimiter& operator=(const AddressLimiter&) = delete;

  // Whether it is IPv6, and the bits that count.
  using Key = std::pair<bool, uint64_t>;

  // Held while the connection is open, given back when destroyed, on any thread. The limiter must
  // outlive it.
  class Place {
   public:
    Place(Place&& other) noexcept
        : limiter_(std::exchange(other.limiter_, nullptr)), key_(other.key_) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (limiter_ != nullptr) limiter_->Leave(key_);
    }

   private:
    friend class AddressLimiter;
    Place(AddressLimiter* limiter, const Key& key) : limiter_(limiter), key_(key) {}
    AddressLimiter* limiter_;
    Key key_;
  };

  // Nothing when the address holds as many places as it may.
  std::optional<Place> Enter(const SocketAddress& address);

  // That hold a place.
  size_t addresses() const;

 private:
  static Key KeyOf(const SocketAddress& address);
  void Leave(const Key& key);

  const uint64_t max_connections_;
  mutable Mutex mutex_;
  absl::flat_hash_map<Key, uint64_t> held_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_HTTP_ADDRESS_LIMITER_H_
