// What an edge has to serve when it starts.
#ifndef FLUXCASCADE_EDGE_ROUTING_START_CONFIG_H_
#define FLUXCASCADE_EDGE_ROUTING_START_CONFIG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/keyring.h"
#include "common/random/random.h"
#include "edge/routing/rate_bucket.h"
#include "edge/routing/served_config.h"

namespace fluxcascade::edge {

// The keys that seal the copy; nothing when `path` is empty. kInvalidArgument names the path and
// the line, never a key: somebody asked for a copy, so that keys which can't be read are an error.
// `random` outlives them.
absl::StatusOr<std::optional<Keyring>> ReadConfigKeys(const std::string& path, Random& random);

struct ConfigStart {
  // Nothing: no copy is kept.
  std::optional<Keyring> keys;
  // Where the copy lies; nobody else writes there.
  std::string folder;
  // The edge's own limits.
  uint32_t max_body_bytes;
  RateLimit rate_limit = {};
};

// Serves the copy if there is one that can be used, and says in one line of the log what there was.
// A copy that can't be used stops nothing: the control plane's next word mends it, and an edge that
// would not start for it makes of a lost cache an outage.
std::unique_ptr<ServedConfig> StartServedConfig(ConfigStart start, absl::Time now);

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_START_CONFIG_H_
