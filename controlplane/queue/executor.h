// What runs a claimed delivery: sync for inbound, dispatch for outbound.
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_EXECUTOR_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_EXECUTOR_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {

class Executor {
 public:
  virtual ~Executor() = default;

  // Makes one attempt of a delivery that Begin has begun, commits its end, and then calls `done`
  // once, on any thread, possibly after Execute has returned. Must not block for long itself.
  virtual void Execute(ClaimedDelivery claimed, std::function<void()> done) = 0;
};

// Logs that the end of an attempt was not stored, by what the store said: kAborted is no error,
// since whoever has the delivery now makes the attempt again. Nothing when it was stored.
void LogAttemptEnd(absl::string_view delivery, const absl::Status& stored);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_EXECUTOR_H_
