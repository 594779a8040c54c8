// Which counters there are. SCHEMA.md lists what follows each number in its keys.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_COUNTERS_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_COUNTERS_H_

#include <cstdint>

#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {

// Numbers are never given to anything else.
enum class CounterId : uint8_t {
  kDeliveriesNow = 1,
  kDeliveriesEnded = 2,
  kQueueItems = 3,
};

inline KeyWriter CounterKey(CounterId counter) {
  return KeyIn(TableId::kCounter, static_cast<uint8_t>(counter));
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_COUNTERS_H_
