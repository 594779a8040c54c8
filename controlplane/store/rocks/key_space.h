// Which keys there are. Every key begins with a table and an index; SCHEMA.md lists what follows.
// Numbers are never given to anything else.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_SPACE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_SPACE_H_

#include <cstdint>

#include "controlplane/store/rocks/key_codec.h"

namespace fluxcascade {

enum class TableId : uint8_t {
  kMeta = 0,
  kWorkspace = 1,
  kApp = 2,
  kConnection = 3,
  kMapping = 4,
  kSubscription = 5,
  kEndpoint = 6,
  kEdgeGroup = 7,
  kEdgeNode = 8,
  kApiToken = 9,
  kEvent = 10,
  kDedupeKey = 11,
  kRejection = 12,
  kRejectionRing = 13,
  kDelivery = 14,
  kAttempt = 15,
  kMessage = 16,
  kLink = 17,
  kSyncLog = 18,
  kQueueItem = 19,
  kLane = 20,
  kLaneEntry = 21,
  kCounter = 22,
  kGuard = 23,
};

// The index of a table that holds its records; the others hold their keys.
inline constexpr uint8_t kPrimaryIndex = 0;

inline KeyWriter KeyIn(TableId table, uint8_t index = kPrimaryIndex) {
  KeyWriter writer;
  writer.Byte(static_cast<uint8_t>(table)).Byte(index);
  return writer;
}

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_KEY_SPACE_H_
