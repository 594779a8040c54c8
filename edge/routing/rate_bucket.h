// How many requests a hook takes in a second.
#ifndef FLUXCASCADE_EDGE_ROUTING_RATE_BUCKET_H_
#define FLUXCASCADE_EDGE_ROUTING_RATE_BUCKET_H_

#include <atomic>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace fluxcascade::edge {

struct RateLimit {
  static constexpr uint32_t kMost = 1000000;

  // 0: no limit. At most kMost.
  uint32_t requests_per_second = 0;
  // How many may come at once after a pause. 0: as many as in a second. At most kMost.
  uint32_t burst = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// A bucket of tokens, full in the beginning. A token comes at least once a second, so whoever was
// refused may try again after one. Thread-safe and without locks.
class RateBucket {
 public:
  // Of a limit that is one.
  explicit RateBucket(const RateLimit& limit);

  // Takes a token, if there is one. `now` is on the monotonic clock; a little of going back, as
  // between threads, does no harm.
  bool Take(absl::Duration now);

  const RateLimit& limit() const { return limit_; }

 private:
  const RateLimit limit_;
  const int64_t interval_;  // ns from one token to the next
  const int64_t capacity_;  // ns in which an empty bucket becomes full
  // When it will be full (ns). One number says all, so that one exchange takes a token.
  std::atomic<int64_t> full_at_{std::numeric_limits<int64_t>::min()};
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_ROUTING_RATE_BUCKET_H_
