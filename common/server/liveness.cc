#include "common/server/liveness.h"

#include <utility>

namespace fluxcascade {

Liveness::Liveness(std::vector<LivenessProbe> probes) {
  for (LivenessProbe& probe : probes) {
    watched_.push_back({std::move(probe), std::make_shared<std::atomic<bool>>(true)});
  }
}

std::vector<std::string> Liveness::Check() {
  std::vector<std::string> silent;
  for (const Watched& watched : watched_) {
    if (!watched.answered->exchange(false)) {
      silent.push_back(watched.probe.name);
    } else {
      watched.probe.ask([answered = watched.answered] { *answered = true; });
    }
  }
  return silent;
}

}  // namespace fluxcascade
