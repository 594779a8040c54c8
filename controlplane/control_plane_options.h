// How a control plane is set up, from its command line.
#ifndef FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_OPTIONS_H_
#define FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/server/tls_files.h"
#include "controlplane/connectors/connector_table.h"

namespace fluxcascade {

struct ControlPlaneOptions {
  // Holds the store and, after the first start, the administrator's token.
  std::string state_dir;
  // host:port; port 0 takes any free one.
  std::string api_address;
  std::string link_address;
  // Certificate and key of both ports; `authorities` are those whose certificates edges show.
  TlsPem tls;
  // Lines of `<key id> <base64 of 32 bytes>`; the first seals, all open.
  std::string keyring_text;
  // This replica's name: whatever it held when it ended, it takes up again at once.
  std::string replica = "controlplane-0";

  ConnectorTableOptions systems;
  // PEM file of the authorities that systems and endpoints are verified with; empty: the machine's.
  std::string outgoing_ca_file;
  // Whether endpoints and systems may be at addresses that are not public.
  bool allow_private_addresses = false;

  // Inbound deliveries at once, in all and to one target connection, where creations have as many
  // places of their own.
  int sync_concurrency = 256;
  int sync_concurrency_per_target = 16;
  // With a larger store than this nothing more is pulled from edges.
  int64_t max_store_bytes = int64_t{64} << 30;

  // Outbound deliveries at once, in all and to one endpoint.
  int dispatch_concurrency = 256;
  int dispatch_concurrency_per_endpoint = 8;
};

// Reads the flags that ABSL_FLAG defines, and the files they name. An error is one line that says
// how to mend it.
// `keyring_from_environment` is the value of kKeyringVariable, for when no --keyring is given.
inline constexpr char kKeyringVariable[] = "FLUXCASCADE_KEYRING";
absl::StatusOr<ControlPlaneOptions> ControlPlaneOptionsFromFlags(
    const std::string& keyring_from_environment);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_CONTROL_PLANE_OPTIONS_H_
