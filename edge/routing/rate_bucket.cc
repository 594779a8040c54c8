#include "edge/routing/rate_bucket.h"

#include <algorithm>

#include "common/check/check.h"

namespace fluxcascade::edge {
namespace {

constexpr int64_t kSecond = 1000 * 1000 * 1000;

int64_t BurstOf(const RateLimit& limit) {
  return limit.burst == 0 ? limit.requests_per_second : limit.burst;
}

}  // namespace

RateBucket::RateBucket(const RateLimit& limit)
    : limit_(limit),
      interval_(kSecond / std::max<int64_t>(limit.requests_per_second, 1)),
      capacity_(interval_ * BurstOf(limit)) {
  FC_CHECK(limit.requests_per_second > 0);
}

bool RateBucket::Take(absl::Duration now) {
  const int64_t now_ns = absl::ToInt64Nanoseconds(now);
  int64_t full_at = full_at_.load(std::memory_order_relaxed);
  while (true) {
    const int64_t next = std::max(full_at, now_ns) + interval_;
    if (next - now_ns > capacity_) return false;
    if (full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed)) return true;
  }
}

}  // namespace fluxcascade::edge
