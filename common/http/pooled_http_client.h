// HttpClient over a bounded pool of threads, each driving cpp-httplib's client with TLS by
// BoringSSL.
#ifndef FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_
#define FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http/http_client.h"

namespace fluxcascade {

struct PooledHttpClientOptions {
  // Threads, hence requests in flight. 1 to 1024.
  int threads = 32;
  // Requests to one host (scheme, name, port) in flight at once, so that a slow one cannot take
  // every thread. 1 to threads.
  int threads_per_host = 8;
  // Requests that wait for a thread; one more is refused with kResourceExhausted.
  int max_waiting = 10000;
  // PEM file of certificate authorities; empty: the system's.
  std::string ca_file;
  // Whether loopback, private, link-local and other addresses that are not public may be called.
  // The address is checked after name resolution, on the very address that is connected to, so that
  // no name can be rebound to an inner address.
  bool allow_private_addresses = false;
  // A kept-alive connection is not used again after this long, and closed soon after. At most
  // threads_per_host are kept for a host, and 256 in all.
  absl::Duration idle_timeout = absl::Seconds(30);
};

// Only https URLs are called, TLS 1.2 or later, certificates and host names verified.
// Hosts take turns; requests to one host begin in their order. A request whose kept-alive
// connection turns out to be lost before any of an answer has come is sent again, once, when it is
// a GET, HEAD or OPTIONS; any other is kUnavailable, since the server may have acted on it. An
// answer whose end is not told by its head (no length, not chunked) ends where the server closes.
// `done` runs on the pool's threads: one that blocks holds up others.
// The destructor calls what waits back with kCancelled and waits for what is in flight (at most its
// deadline). kInvalidArgument when an option is out of range or `ca_file` is of no use.
absl::StatusOr<std::unique_ptr<HttpClient>> MakePooledHttpClient(PooledHttpClientOptions options);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_
