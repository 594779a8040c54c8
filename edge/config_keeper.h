// What the edge's configuration needs from time to time: hooks to be forgotten when their time is
// over, its copy to be written when the disk would not take it.
#ifndef FLUXCASCADE_EDGE_CONFIG_KEEPER_H_
#define FLUXCASCADE_EDGE_CONFIG_KEEPER_H_

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/periodic_thread.h"
#include "edge/routing/served_config.h"

namespace fluxcascade::edge {

// Cares for it every `interval`, on a thread of its own, from construction to destruction. Both
// must outlive it.
class ConfigKeeper {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(5);

  ConfigKeeper(ServedConfig& config, const Clock& clock, absl::Duration interval)
      : thread_(
            [&config, &clock, interval](absl::Duration now) {
              config.Care(clock.Now());
              return now + interval;
            },
            clock) {}

 private:
  PeriodicThread thread_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_CONFIG_KEEPER_H_
