// Runs a quarantine on a thread of its own.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_KEEPER_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_KEEPER_H_

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/periodic_thread.h"
#include "edge/quarantine/quarantine.h"

namespace fluxcascade::edge {

// From construction to destruction. Both must outlive it.
class QuarantineKeeper {
 public:
  QuarantineKeeper(Quarantine& quarantine, const Clock& clock)
      : thread_([&quarantine](absl::Duration now) { return quarantine.Work(now); }, clock) {}

 private:
  PeriodicThread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_KEEPER_H_
