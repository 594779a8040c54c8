// How long to wait before trying again: longer each time, and never quite the same, so that many
// who lost the same peer at once do not come back at once.
#ifndef FLUXCASCADE_COMMON_RETRY_BACKOFF_H_
#define FLUXCASCADE_COMMON_RETRY_BACKOFF_H_

#include "absl/time/time.h"
#include "common/random/random.h"

namespace fluxcascade {

// Says a duration and never waits. For one thread.
class Backoff {
 public:
  struct Options {
    absl::Duration initial = absl::Seconds(1);  // above zero
    absl::Duration max = absl::Minutes(1);      // at least `initial`
    double multiplier = 2;                      // at least 1
  };

  explicit Backoff(const Options& options);

  // From half of the step to just under the whole of it. The first step is `initial`, each later
  // one `multiplier` times the one before, up to `max`.
  absl::Duration Next(Random& random);

  // What was tried has worked: the next step is `initial`.
  void Reset() { step_ = options_.initial; }

 private:
  const Options options_;
  absl::Duration step_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_RETRY_BACKOFF_H_
