// HttpClient over a bounded pool of threads, each driving cpp-httplib's client with TLS by
// BoringSSL.
#ifndef FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_
#define FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
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
  // Idle kept-alive connections are closed after this long. At most threads_per_host are kept for a
  // host.
  absl::Duration idle_timeout = absl::Seconds(30);
};

// Only https URLs are called, TLS 1.2 or later, certificates and host names verified.
// The destructor calls what waits back with kCancelled and waits for what is in flight (at most its
// deadline).
absl::StatusOr<std::unique_ptr<HttpClient>> MakePooledHttpClient(PooledHttpClientOptions options);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_HTTP_POOLED_HTTP_CLIENT_H_
