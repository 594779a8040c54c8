// A thread that does what is due from time to time.
#ifndef FLUXCASCADE_COMMON_TIME_PERIODIC_THREAD_H_
#define FLUXCASCADE_COMMON_TIME_PERIODIC_THREAD_H_

#include <functional>
#include <thread>

#include "absl/time/time.h"
#include "common/time/clock.h"
#include "common/time/waker.h"

namespace fluxcascade {

// Runs from construction to destruction, which waits for the call that is under way.
class PeriodicThread {
 public:
  // Does what is due at `now` (monotonic) and says when to come back. Called on the thread alone.
  using RunDue = std::function<absl::Duration(absl::Duration now)>;

  // `clock` outlives the thread.
  PeriodicThread(RunDue run_due, const Clock& clock);
  ~PeriodicThread();
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

  // From any thread: a call begins after this, however early.
  void Wake() { waker_.Wake(); }

 private:
  void Run();

  const RunDue run_due_;
  const Clock& clock_;
  Waker waker_;
  std::thread thread_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_TIME_PERIODIC_THREAD_H_
