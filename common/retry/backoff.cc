#include "common/retry/backoff.h"

#include <algorithm>

#include "common/check/check.h"

namespace fluxcascade {

Backoff::Backoff(const Options& options) : options_(options), step_(options.initial) {
  FC_CHECK(options.initial > absl::ZeroDuration());
  FC_CHECK(options.max >= options.initial);
  FC_CHECK(options.multiplier >= 1);
}

absl::Duration Backoff::Next(Random& random) {
  constexpr uint64_t kParts = 1 << 20;
  const double part = static_cast<double>(random.Below(kParts)) / kParts;
  const absl::Duration delay = step_ * (0.5 + 0.5 * part);
  step_ = std::min(step_ * options_.multiplier, options_.max);
  return delay;
}

}  // namespace fluxcascade
