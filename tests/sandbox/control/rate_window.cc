#include "tests/sandbox/control/rate_window.h"

#include <algorithm>

namespace fluxcascade::sandbox {

RateReading RateWindow::Take(const std::string& key, int64_t limit, absl::Time now, int64_t cost) {
  std::deque<Taken>& taken = taken_[key];
  while (!taken.empty() && taken.front().time + window_ <= now) taken.pop_front();
  int64_t used = 0;
  for (const Taken& one : taken) used += one.cost;

  RateReading reading;
  reading.limit = limit;
  reading.allowed = used + cost <= limit;
  if (reading.allowed) {
    taken.push_back({now, cost});
    used += cost;
  }
  reading.remaining = std::max<int64_t>(0, limit - used);
  reading.reset = taken.empty() ? window_ : taken.front().time + window_ - now;
  return reading;
}

}  // namespace fluxcascade::sandbox
