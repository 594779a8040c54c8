#include "common/http/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "common/net/socket_address.h"
#include "common/time/clock.h"

namespace fluxcascade {

using Addresses = std::vector<SocketAddress>;

// Outlives the resolver for as long as a lookup runs.
struct Resolver::Shared {
  Mutex mutex;
  CondVar found;
  int lookups FC_GUARDED_BY(mutex) = 0;
};

Resolver::Resolver(Lookup lookup)
    : lookup_(std::move(lookup)), shared_(std::make_shared<Shared>()) {}

Resolver::~Resolver() = default;

absl::StatusOr<Addresses> Resolver::Resolve(const std::string& host, uint16_t port,
                                            absl::Duration timeout) {
  const absl::Duration deadline = SystemClock().Monotonic() + timeout;
  MutexLock lock(shared_->mutex);
  if (shared_->lookups >= kMaxLookups) {
    return absl::UnavailableError(
        absl::StrCat("cannot resolve ", host, ": too many lookups of names hang"));
  }
  ++shared_->lookups;
  auto result = std::make_shared<std::optional<absl::StatusOr<Addresses>>>();
  std::thread([shared = shared_, result, lookup = lookup_, host, port] {
    absl::StatusOr<Addresses> addresses = lookup(host, port);
    MutexLock lock(shared->mutex);
    *result = std::move(addresses);
    --shared->lookups;
    shared->found.NotifyAll();
  }).detach();
  while (!result->has_value()) {
    const absl::Duration left = deadline - SystemClock().Monotonic();
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(absl::StrCat("resolving ", host, " took too long"));
    }
    shared_->found.WaitFor(shared_->mutex, left);
  }
  return **result;
}

absl::StatusOr<Addresses> SystemLookup(const std::string& host, uint16_t port) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve ", host, ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    sockaddr_storage storage = {};
    std::memcpy(&storage, info->ai_addr, info->ai_addrlen);
    addresses.push_back(SocketAddress::FromSystem(storage));
  }
  return addresses;
}

}  // namespace fluxcascade
