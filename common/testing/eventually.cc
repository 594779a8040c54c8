#include "common/testing/eventually.h"

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fluxcascade {

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time end = absl::Now() + kTestPatience;
  while (!condition()) {
    if (absl::Now() >= end) return false;
    // What is waited for needs the processor, too.
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

}  // namespace fluxcascade
