#include "controlplane/connections/rate_limiter.h"

#include <algorithm>
#include <iterator>

#include "common/check/check.h"

namespace fluxcascade {
namespace {

// Whoever is told to wait waits at least so long: a wait of zero would mean "go".
constexpr absl::Duration kMinWait = absl::Milliseconds(1);

}  // namespace

RateLimiter::Turn::Turn(RateLimiter& limiter) : limiter_(limiter), number_(limiter.Join()) {}

RateLimiter::Turn::~Turn() { limiter_.Leave(number_); }

absl::Duration RateLimiter::Turn::Start() { return limiter_.Start(number_); }

int64_t RateLimiter::Join() {
  MutexLock lock(mutex_);
  line_.insert(next_number_);
  return next_number_++;
}

void RateLimiter::Leave(int64_t number) {
  MutexLock lock(mutex_);
  line_.erase(number);
}

absl::Duration RateLimiter::Start(int64_t number) {
  MutexLock lock(mutex_);
  const auto place = line_.find(number);
  FC_CHECK(place != line_.end());
  const absl::Duration now = clock_.Monotonic();
  if (now < blocked_until_) return std::max(blocked_until_ - now, kMinWait);
  if (limit_ > 0) {
    const int64_t ahead = std::distance(line_.begin(), place);
    if (FreeAt(now) <= ahead) return std::max(UntilFree(ahead + 1, now), kMinWait);
  }
  line_.erase(place);
  ++in_flight_;
  return absl::ZeroDuration();
}

std::deque<absl::Duration>::const_iterator RateLimiter::FirstCounted(absl::Duration now) const {
  return std::upper_bound(ended_.begin(), ended_.end(), now - window_);
}

int64_t RateLimiter::OwnCalls(absl::Duration now) const {
  return in_flight_ + std::distance(FirstCounted(now), ended_.end());
}

int64_t RateLimiter::FreeAt(absl::Duration now) const {
  return limit_ - OwnCalls(now) - (now < others_until_ ? used_by_others_ : 0);
}

absl::Duration RateLimiter::UntilFree(int64_t count, absl::Duration now) const {
  // Whole windows bring the limit back again and again; what is left over comes as the calls of
  // the last window leave it.
  const int64_t missing = std::max<int64_t>(count - FreeAt(now), 1);
  const absl::Duration windows = window_ * ((missing - 1) / limit_);
  const auto counted = FirstCounted(now);
  const int64_t nth = (missing - 1) % limit_;
  if (nth < std::distance(counted, ended_.end())) {
    return windows + *(counted + nth) + window_ - now;
  }
  // Others' calls, or calls that have not ended.
  return windows + (now < others_until_ && in_flight_ == 0 ? others_until_ - now : window_);
}

void RateLimiter::Finish(const std::optional<RateLimitReading>& reading,
                         std::optional<absl::Duration> refused_for) {
  MutexLock lock(mutex_);
  FC_CHECK(in_flight_ > 0);
  const absl::Duration now = clock_.Monotonic();
  --in_flight_;
  ended_.push_back(now);
  if (reading.has_value() && reading->limit > 0) Learn(*reading, now);
  while (!ended_.empty() &&
         (static_cast<int64_t>(ended_.size()) > limit_ || ended_.front() + window_ <= now)) {
    ended_.pop_front();
  }
  if (refused_for.has_value()) {
    blocked_until_ = std::max(blocked_until_, now + *refused_for);
    observe_time_ = clock_.Now();
  }
}

void RateLimiter::Learn(const RateLimitReading& reading, absl::Duration now) {
  limit_ = reading.limit;
  window_ = std::max(reading.window, kMinWait);
  observe_time_ = clock_.Now();
  const int64_t used = limit_ - std::clamp<int64_t>(reading.remaining, 0, limit_);
  used_by_others_ = std::max<int64_t>(used - OwnCalls(now), 0);
  others_until_ = now + window_;
}

std::optional<RateLimitState> RateLimiter::State() const {
  MutexLock lock(mutex_);
  if (observe_time_ == absl::InfinitePast()) return std::nullopt;
  const absl::Time wall = clock_.Now();
  const absl::Duration now = clock_.Monotonic();
  RateLimitState state;
  state.limit = limit_;
  state.remaining = std::max<int64_t>(FreeAt(now), 0);
  state.observe_time = observe_time_;
  if (now < blocked_until_) {
    state.blocked_until = wall + (blocked_until_ - now);
  } else if (limit_ > 0 && state.remaining == 0) {
    state.blocked_until = wall + UntilFree(1, now);
  }
  return state;
}

}  // namespace fluxcascade
