#include "controlplane/outgoing_http.h"

namespace fluxcascade {

PooledHttpClientOptions SystemHttpOptions(const ControlPlaneOptions& options) {
  return {.threads = options.sync_concurrency,
          .threads_per_host = options.sync_concurrency,
          .ca_file = options.outgoing_ca_file,
          .allow_private_addresses = true};
}

PooledHttpClientOptions EndpointHttpOptions(const ControlPlaneOptions& options) {
  return {.threads = options.dispatch_concurrency,
          .threads_per_host = options.dispatch_concurrency,
          .ca_file = options.outgoing_ca_file,
          .allow_private_addresses = options.allow_private_addresses};
}

}  // namespace fluxcascade
