// What a service manager is told: the protocol of sd_notify(3), which systemd promises to keep, and
// which is a datagram to a socket. libsystemd would bring four compression libraries and libgcrypt
// into the process for it.
#ifndef FLUXCASCADE_COMMON_SERVER_SERVICE_NOTIFIER_H_
#define FLUXCASCADE_COMMON_SERVER_SERVICE_NOTIFIER_H_

#include <sys/types.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade {

// Thread-safe.
class ServiceNotifier {
 public:
  // `socket`: the environment's NOTIFY_SOCKET, a path or `@` and an abstract name. Empty: nobody
  // listens, and Notify does nothing. kInvalidArgument for what is neither.
  static absl::StatusOr<ServiceNotifier> Create(const std::string& socket);

  // `READY=1`, `STOPPING=1`, `WATCHDOG=1`. Does not wait: kUnavailable when nobody takes it.
  absl::Status Notify(absl::string_view state) const;

 private:
  explicit ServiceNotifier(std::string socket) : socket_(std::move(socket)) {}

  std::string socket_;
};

// Within what time the service manager wants to hear `WATCHDOG=1` again; nothing: it does not, or
// from another process than `own_pid`. The arguments are the environment's WATCHDOG_USEC and
// WATCHDOG_PID, empty where they are not set. kInvalidArgument when they are no numbers.
absl::StatusOr<std::optional<absl::Duration>> WatchdogTimeout(absl::string_view microseconds,
                                                              absl::string_view pid, pid_t own_pid);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_SERVER_SERVICE_NOTIFIER_H_
