// A request in a quarantine, by what is known of it without reading it.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_ITEM_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_ITEM_H_

#include <cstdint>

#include "absl/time/time.h"

namespace fluxcascade::edge {

struct QuarantineItem {
  // Rises in the order of receipt. It counts blocks: the item is the one that begins at this block.
  uint64_t number = 0;
  // On the disk, in whole blocks.
  uint64_t bytes = 0;
  absl::Time receive_time;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_ITEM_H_
