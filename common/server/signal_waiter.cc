#include "common/server/signal_waiter.h"

#include <signal.h>

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "common/check/check.h"

namespace fluxcascade {

SignalWaiter::SignalWaiter(Hangup hangup) : hangup_(hangup) {
  sigemptyset(&stops_);
  sigaddset(&stops_, SIGTERM);
  sigaddset(&stops_, SIGINT);
  sigset_t taken = stops_;
  if (hangup_ == Hangup::kTaken) sigaddset(&taken, SIGHUP);
  FC_CHECK(pthread_sigmask(SIG_BLOCK, &taken, &blocked_before_) == 0);
  signal(SIGPIPE, SIG_IGN);
}

SignalWaiter::~SignalWaiter() {
  // One that waits still would otherwise end the process now.
  if (hangup_ == Hangup::kTaken) signal(SIGHUP, SIG_IGN);
  FC_CHECK(pthread_sigmask(SIG_SETMASK, &blocked_before_, nullptr) == 0);
}

int SignalWaiter::Wait(const std::function<void()>& on_hangup) {
  sigset_t signals = stops_;
  if (hangup_ == Hangup::kTaken) sigaddset(&signals, SIGHUP);
  while (true) {
    int number = 0;
    FC_CHECK(sigwait(&signals, &number) == 0);
    if (number != SIGHUP) {
      GiveBack();
      return number;
    }
    on_hangup();
  }
}

std::optional<int> SignalWaiter::WaitFor(absl::Duration timeout) {
  const timespec time = absl::ToTimespec(std::max(timeout, absl::ZeroDuration()));
  const int number = sigtimedwait(&stops_, nullptr, &time);
  if (number < 0) return std::nullopt;
  GiveBack();
  return number;
}

void SignalWaiter::GiveBack() {
  sigset_t blocked = blocked_before_;
  if (hangup_ == Hangup::kTaken) sigaddset(&blocked, SIGHUP);
  FC_CHECK(pthread_sigmask(SIG_SETMASK, &blocked, nullptr) == 0);
}

}  // namespace fluxcascade
