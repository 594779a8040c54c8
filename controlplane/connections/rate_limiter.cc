#include "controlplane/connections/rate_limiter.h"

#include <algorithm>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

// Whoever is told to wait waits at least so long: a wait of zero would mean "go".
constexpr absl::Duration kMinWait = absl::Milliseconds(1);

}  // namespace

absl::Duration RateLimiter::Start(absl::Time now) {
  MutexLock lock(mutex_);
  if (now < blocked_until_) return std::max(blocked_until_ - now, kMinWait);
  if (limit_ > 0) {
    if (now >= window_end_) {
      remaining_ = limit_;
      window_end_ = now + window_;
    }
    if (remaining_ <= in_flight_) return std::max(window_end_ - now, kMinWait);
  }
  ++in_flight_;
  return absl::ZeroDuration();
}

void RateLimiter::Finish(absl::Time now, const std::optional<RateLimitReading>& reading,
                         std::optional<absl::Duration> refused_for) {
  MutexLock lock(mutex_);
  FC_CHECK(in_flight_ > 0);
  --in_flight_;
  if (reading.has_value() && reading->limit > 0) {
    Learn(now, *reading);
  } else if (remaining_ > 0) {
    // Answers without headers use the limit up as well.
    --remaining_;
  }
  if (refused_for.has_value()) {
    blocked_until_ = std::max(blocked_until_, now + *refused_for);
    observe_time_ = now;
  }
}

void RateLimiter::Learn(absl::Time now, const RateLimitReading& reading) {
  limit_ = reading.limit;
  remaining_ = std::clamp<int64_t>(reading.remaining, 0, reading.limit);
  window_ = std::max(reading.reset, kMinWait);
  window_end_ = now + window_;
  observe_time_ = now;
}

std::optional<RateLimitState> RateLimiter::State(absl::Time now) const {
  MutexLock lock(mutex_);
  if (observe_time_ == absl::InfinitePast()) return std::nullopt;
  RateLimitState state;
  state.limit = limit_;
  state.remaining = now < window_end_ ? std::max<int64_t>(remaining_ - in_flight_, 0) : limit_;
  state.observe_time = observe_time_;
  if (now < blocked_until_) {
    state.blocked_until = blocked_until_;
  } else if (limit_ > 0 && state.remaining == 0) {
    state.blocked_until = window_end_;
  }
  return state;
}

}  // namespace fluxcascade
