#include "common/server/service_notifier.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/net/unique_fd.h"

namespace fluxcascade {

absl::StatusOr<ServiceNotifier> ServiceNotifier::Create(const std::string& socket) {
  const bool known = socket.empty() || socket[0] == '/' || socket[0] == '@';
  if (!known || socket.size() == 1 || socket.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("NOTIFY_SOCKET is '", socket, "', neither a path nor @ and a name"));
  }
  return ServiceNotifier(socket);
}

absl::Status ServiceNotifier::Notify(absl::string_view state) const {
  if (socket_.empty()) return absl::OkStatus();
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  if (::sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&address), size) >= 0) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("the service manager was not told ", state, ": ", std::strerror(errno)));
}

absl::StatusOr<std::optional<absl::Duration>> WatchdogTimeout(absl::string_view microseconds,
                                                              absl::string_view pid,
                                                              pid_t own_pid) {
  if (microseconds.empty()) return std::nullopt;
  uint64_t timeout = 0;
  pid_t watched = own_pid;
  if (!absl::SimpleAtoi(microseconds, &timeout) || timeout == 0 ||
      (!pid.empty() && !absl::SimpleAtoi(pid, &watched))) {
    return absl::InvalidArgumentError(absl::StrCat("WATCHDOG_USEC is '", microseconds,
                                                   "' and WATCHDOG_PID '", pid,
                                                   "': they must be numbers above 0"));
  }
  if (watched != own_pid) return std::nullopt;
  return absl::Microseconds(timeout);
}

}  // namespace fluxcascade
