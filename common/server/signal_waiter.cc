#include "common/server/signal_waiter.h"

#include <signal.h>

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "common/check/check.h"
#include "common/time/clock.h"

namespace fluxcascade {

SignalWaiter::SignalWaiter(Hangup hangup) : hangup_(hangup) {
  sigemptyset(&taken_);
  sigaddset(&taken_, SIGTERM);
  sigaddset(&taken_, SIGINT);
  if (hangup_ == Hangup::kTaken) sigaddset(&taken_, SIGHUP);
  FC_CHECK(pthread_sigmask(SIG_BLOCK, &taken_, &blocked_before_) == 0);
  signal(SIGPIPE, SIG_IGN);
}

SignalWaiter::~SignalWaiter() {
  // One that waits still would otherwise end the process now.
  if (hangup_ == Hangup::kTaken) signal(SIGHUP, SIG_IGN);
  FC_CHECK(pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr) == 0);
}

int SignalWaiter::Wait(const std::function<void()>& on_hangup) {
  while (true) {
    int number = 0;
    FC_CHECK(sigwait(&taken_, &number) == 0);
    if (number == SIGHUP) {
      on_hangup();
      continue;
    }
    GiveBack();
    return number;
  }
}

std::optional<int> SignalWaiter::WaitFor(absl::Duration timeout,
                                         const std::function<void()>& on_hangup) {
  const absl::Duration end = SystemClock().Monotonic() + timeout;
  while (true) {
    const absl::Duration left = end - SystemClock().Monotonic();
    const timespec time = absl::ToTimespec(std::max(left, absl::ZeroDuration()));
    const int number = sigtimedwait(&taken_, nullptr, &time);
    if (number < 0) return std::nullopt;
    if (number == SIGHUP) {
      on_hangup();
      continue;
    }
    GiveBack();
    return number;
  }
}

void SignalWaiter::GiveBack() {
  sigset_t blocked = blocked_before_;
  if (hangup_ == Hangup::kTaken) sigaddset(&blocked, SIGHUP);
  FC_CHECK(pthread_sigmask(SIG_SETMASK, &blocked, nullptr) == 0);
}

}  // namespace fluxcascade
