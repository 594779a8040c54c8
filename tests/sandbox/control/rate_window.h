// A rolling window of so many requests in so long, kept for each key (an account, a token) alone.
#ifndef FLUXCASCADE_TESTS_SANDBOX_CONTROL_RATE_WINDOW_H_
#define FLUXCASCADE_TESTS_SANDBOX_CONTROL_RATE_WINDOW_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/time/time.h"

namespace fluxcascade::sandbox {

struct RateReading {
  bool allowed = true;
  int64_t limit = 0;
  int64_t remaining = 0;
  absl::Duration reset;  // until the oldest request leaves the window
};

// Not thread-safe.
class RateWindow {
 public:
  explicit RateWindow(absl::Duration window) : window_(window) {}

  // Takes `cost` of what `limit` allows within the window. What is refused is not counted.
  RateReading Take(const std::string& key, int64_t limit, absl::Time now, int64_t cost = 1);

  void Clear() { taken_.clear(); }

 private:
  struct Taken {
    absl::Time time;
    int64_t cost;
  };

  absl::Duration window_;
  std::map<std::string, std::deque<Taken>> taken_;
};

}  // namespace fluxcascade::sandbox

#endif  // FLUXCASCADE_TESTS_SANDBOX_CONTROL_RATE_WINDOW_H_
