// Whether threads that should turn do turn: what a watchdog is fed on.
#ifndef FLUXCASCADE_COMMON_SERVER_LIVENESS_H_
#define FLUXCASCADE_COMMON_SERVER_LIVENESS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fluxcascade {

// How a thread is asked for a sign of life.
struct LivenessProbe {
  // Of the thread, for the log.
  std::string name;
  // Has the thread call `alive` when it gets to it. Does not wait.
  std::function<void(std::function<void()> alive)> ask;
};

// Knows no clock: how long a thread may take is how often Check is called. For one thread.
class Liveness {
 public:
  explicit Liveness(std::vector<LivenessProbe> probes);

  // Asks every thread that has answered, and gives the names of those that have not since they were
  // asked. Nothing waits twice in a thread that hangs.
  std::vector<std::string> Check();

 private:
  struct Watched {
    LivenessProbe probe;
    // Shared with the question, which may outlive this object.
    std::shared_ptr<std::atomic<bool>> answered;
  };

  std::vector<Watched> watched_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_LIVENESS_H_
