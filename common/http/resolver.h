// Names to addresses, within a deadline that getaddrinfo does not have.
#ifndef FLUXCASCADE_COMMON_HTTP_RESOLVER_H_
#define FLUXCASCADE_COMMON_HTTP_RESOLVER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/socket_address.h"

namespace fluxcascade {

// Thread-safe.
class Resolver {
 public:
  // Blocks for as long as it takes. Gives at least one address.
  using Lookup = std::function<absl::StatusOr<std::vector<SocketAddress>>(const std::string& host,
                                                                          uint16_t port)>;

  // Lookups that may be under way at once, those that nobody waits for any more included.
  static constexpr int kMaxLookups = 256;

  explicit Resolver(Lookup lookup);
  // Does not wait for lookups that nobody waits for: they end by themselves and touch nothing of
  // the resolver's.
  ~Resolver();

  // Addresses in the order in which they should be tried. kDeadlineExceeded after `timeout`;
  // kUnavailable when the name has none, the servers of names can't be reached, or kMaxLookups are
  // under way.
  absl::StatusOr<std::vector<SocketAddress>> Resolve(const std::string& host, uint16_t port,
                                                     absl::Duration timeout);

 private:
  struct Shared;

  const Lookup lookup_;
  const std::shared_ptr<Shared> shared_;
};

// getaddrinfo. An IP address is its own answer.
absl::StatusOr<std::vector<SocketAddress>> SystemLookup(const std::string& host, uint16_t port);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_RESOLVER_H_
