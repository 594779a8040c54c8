#include "common/time/periodic_thread.h"

#include <utility>

namespace fluxcascade {

PeriodicThread::PeriodicThread(RunDue run_due, const Clock& clock)
    : run_due_(std::move(run_due)), clock_(clock), thread_([this] { Run(); }) {}

PeriodicThread::~PeriodicThread() {
  waker_.Stop();
  thread_.join();
}

void PeriodicThread::Run() {
  for (;;) {
    const absl::Duration now = clock_.Monotonic();
    const absl::Duration due = run_due_(now);
    if (!waker_.WaitFor(due - now)) return;
  }
}

}  // namespace fluxcascade
