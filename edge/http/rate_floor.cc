#include "edge/http/rate_floor.h"

#include <algorithm>

namespace fluxcascade::edge {

void RateFloor::Moved(size_t bytes, absl::Duration now) {
  const absl::Duration earned = absl::Seconds(bytes) / static_cast<int64_t>(bytes_per_second_);
  due_ = std::min(due_ + earned, now + grace_);
}

}  // namespace fluxcascade::edge
