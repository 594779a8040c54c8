// What an edge is told when it starts.
#ifndef FLUXCASCADE_EDGE_EDGE_OPTIONS_H_
#define FLUXCASCADE_EDGE_EDGE_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/net/socket_address.h"
#include "common/net/tls_context.h"
#include "common/server/tls_files.h"
#include "edge/edge_limits.h"

namespace fluxcascade::edge {

// A request must fit one batch of the link, with its headers.
inline constexpr uint32_t kLargestMaxBodyBytes = (2 << 20) - kLargestHeadBytes;

// A control plane that only reads the log.
struct FurtherControlPlane {
  std::string name;
  // `host:port`.
  std::string target;
};

struct EdgeOptions {
  // Where webhooks are taken; port 0: any free one.
  SocketAddress listen;
  // Certificates and keys of the hooks' public names, and whom clients' certificates come from.
  ServerTlsContext::Material tls;

  // Made if it is missing.
  std::string log_dir;
  uint64_t max_log_bytes = uint64_t{16} << 30;
  uint64_t min_free_bytes = uint64_t{1} << 30;
  bool log_zeros_ahead = true;
  absl::Duration retention = absl::Hours(72);
  uint64_t retention_bytes = uint64_t{4} << 30;

  // Refused requests of the hooks that want them kept; made if it is missing. 0 bytes: none is.
  std::string quarantine_dir;
  uint64_t max_quarantine_bytes = uint64_t{256} << 20;

  // A keyring: the first key seals the copy of the configuration, and what is in quarantine; all
  // open it. Empty: no copy is kept, and a quarantine ends with the process.
  std::string config_key_file;

  // `host:port`.
  std::string control_plane;
  // The node's certificate, its key, and the authorities of all control planes' certificates.
  TlsFiles link;
  // Their names are as CheckFurtherConsumers wants them.
  std::vector<FurtherControlPlane> also_feed;

  uint32_t max_body_bytes = 1 << 20;
  int loops = 2;
  uint64_t max_connections = 16 * 1024;
  EdgeLimits limits;
  absl::Duration drain_timeout = absl::Seconds(10);

  // Where Prometheus may ask for metrics; nothing: nowhere.
  std::optional<SocketAddress> metrics_listen;

  // Whom the process becomes once it has bound its ports and read its keys; empty: nobody else.
  std::string user;

  // Holds `host:port` of the listener once it serves; empty: not written.
  std::string ready_file;
};

// From the process's flags. kInvalidArgument names the flag and says what it may be.
// `credentials_directory` is the value of kCredentialsVariable, where a service manager puts what
// it was told to pass on: the file kConfigKeyCredential in it, if there is one, counts when no
// --config_key_file is given.
inline constexpr char kCredentialsVariable[] = "CREDENTIALS_DIRECTORY";
inline constexpr char kConfigKeyCredential[] = "config.key";
absl::StatusOr<EdgeOptions> EdgeOptionsFromFlags(const std::string& credentials_directory);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_EDGE_OPTIONS_H_
