#include "common/server/signal_waiter.h"

#include <signal.h>

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "common/check/check.h"

namespace fluxcascade {

SignalWaiter::SignalWaiter() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  FC_CHECK(pthread_sigmask(SIG_BLOCK, &signals_, &blocked_before_) == 0);
  signal(SIGPIPE, SIG_IGN);
}

SignalWaiter::~SignalWaiter() { GiveBack(); }

int SignalWaiter::Wait() {
  int number = 0;
  FC_CHECK(sigwait(&signals_, &number) == 0);
  GiveBack();
  return number;
}

std::optional<int> SignalWaiter::WaitFor(absl::Duration timeout) {
  const timespec time = absl::ToTimespec(std::max(timeout, absl::ZeroDuration()));
  const int number = sigtimedwait(&signals_, nullptr, &time);
  if (number < 0) return std::nullopt;
  GiveBack();
  return number;
}

void SignalWaiter::GiveBack() {
  FC_CHECK(pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr) == 0);
}

}  // namespace fluxcascade
