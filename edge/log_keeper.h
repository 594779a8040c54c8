// What the log needs from time to time: a look at its disk, to be trimmed, and to be opened again
// after its disk failed.
#ifndef FLUXCASCADE_EDGE_LOG_KEEPER_H_
#define FLUXCASCADE_EDGE_LOG_KEEPER_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/periodic_thread.h"

namespace fluxcascade::edge {

// When what is due. No clock: `now` is monotonic. For one thread.
class LogCare {
 public:
  static constexpr absl::Duration kRetentionInterval = absl::Minutes(1);
  static constexpr absl::Duration kReopenInterval = absl::Seconds(5);
  static constexpr absl::Duration kLookInterval = absl::Seconds(1);

  struct Jobs {
    // True: there is more to drop.
    std::function<absl::StatusOr<bool>()> retention_step;
    // Does nothing to a log that is well.
    std::function<absl::Status()> reopen;
    // True: a retention step would free some of a disk that is short of space.
    std::function<bool()> look_at_disk;
  };

  LogCare(Jobs jobs, absl::Duration now);

  // Does what is due, at most one retention step, and says when to come back: at once while there
  // is more to drop.
  absl::Duration RunDue(absl::Duration now);

 private:
  const Jobs jobs_;
  absl::Duration reopen_due_;
  absl::Duration retention_due_;
  absl::Duration look_due_;
};

// Runs a LogCare on a thread of its own, from construction to destruction.
class LogKeeper {
 public:
  LogKeeper(LogCare::Jobs jobs, const Clock& clock);

 private:
  LogCare care_;
  PeriodicThread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_KEEPER_H_
