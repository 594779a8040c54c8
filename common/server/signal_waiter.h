// How a main learns that it should stop.
#ifndef FLUXCASCADE_COMMON_SERVER_SIGNAL_WAITER_H_
#define FLUXCASCADE_COMMON_SERVER_SIGNAL_WAITER_H_

#include <signal.h>

#include <functional>
#include <optional>

#include "absl/time/time.h"

namespace fluxcascade {

// Takes SIGTERM and SIGINT for itself, and has SIGPIPE ignored: a peer that closes its connection
// is an error of one write, not the end of the process. To be made by main before it starts any
// thread, since threads inherit what is blocked.
class SignalWaiter {
 public:
  enum class Hangup {
    kLeftAlone,
    // SIGHUP is a request of the operator's, and from now on never the end of the process.
    kTaken,
  };

  explicit SignalWaiter(Hangup hangup = Hangup::kLeftAlone);
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

  // Waits for one of the two, or takes one that has come already, and gives its number. From then
  // on a second one ends the process at once, for whoever does not want to wait for a graceful
  // stop. Where SIGHUP was taken, each that comes before, or has come already, calls `on_hangup` on
  // this thread.
  int Wait(const std::function<void()>& on_hangup = [] {});

  // The same, for at most `timeout` of real time.
  std::optional<int> WaitFor(
      absl::Duration timeout, const std::function<void()>& on_hangup = [] {});

 private:
  // Of the signals that end the process.
  void GiveBack();

  const Hangup hangup_;
  sigset_t taken_;
  sigset_t blocked_before_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_SIGNAL_WAITER_H_
