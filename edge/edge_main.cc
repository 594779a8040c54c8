// The edge's process: flags, start, wait for a signal, stop.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/logging/logging.h"
#include "common/random/random.h"
#include "common/server/drop_root.h"
#include "common/server/grpc_log.h"
#include "common/server/service_notifier.h"
#include "common/server/signal_waiter.h"
#include "common/server/stop_deadline.h"
#include "common/server/watchdog.h"
#include "common/status/status_macros.h"
#include "common/time/clock.h"
#include "edge/descriptor_limit.h"
#include "edge/edge_options.h"
#include "edge/edge_server.h"

namespace fluxcascade::edge {
namespace {

// For all that a stop does besides draining; what was not answered by then will be sent again.
constexpr absl::Duration kStopGrace = absl::Seconds(20);

// Who started the process, if it wants to hear of it.
struct ServiceManager {
  ServiceNotifier notifier;
  std::optional<absl::Duration> watchdog;

  void Tell(absl::string_view state) const {
    const absl::Status told = notifier.Notify(state);
    if (!told.ok()) Log(LogLevel::kWarning, "not told", {{"error", told}});
  }
};

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<ServiceManager> ServiceManagerFromEnvironment() {
  FC_ASSIGN_OR_RETURN(ServiceNotifier notifier,
                      ServiceNotifier::Create(Environment("NOTIFY_SOCKET")));
  FC_ASSIGN_OR_RETURN(
      std::optional<absl::Duration> watchdog,
      WatchdogTimeout(Environment("WATCHDOG_USEC"), Environment("WATCHDOG_PID"), getpid()));
  return ServiceManager{std::move(notifier), watchdog};
}

absl::Status DropRootFor(const EdgeOptions& options) {
  if (options.user.empty()) return absl::OkStatus();
  FC_ASSIGN_OR_RETURN(const UserIdentity user, FindUser(options.user));
  if (geteuid() == 0) {
    FC_RETURN_IF_ERROR(GiveFolder(options.log_dir, user));
    if (options.max_quarantine_bytes > 0) {
      FC_RETURN_IF_ERROR(GiveFolder(options.quarantine_dir, user));
    }
  }
  return DropRoot(user);
}

absl::Status SayReady(const EdgeOptions& options, const EdgeServer& server,
                      const ServiceManager& manager) {
  const std::string address = server.address().ToString();
  if (!options.ready_file.empty()) {
    FC_RETURN_IF_ERROR(WriteFileAtomically(options.ready_file, absl::StrCat(address, "\n"), 0644));
  }
  const std::optional<SocketAddress> metrics = server.metrics_address();
  Log(LogLevel::kInfo, "edge ready",
      {{"listen", address},
       {"metrics_listen", metrics.has_value() ? metrics->ToString() : ""},
       {"control_plane", options.control_plane}});
  if (geteuid() == 0) Log(LogLevel::kWarning, "runs as root, for want of --user");
  manager.Tell("READY=1");
  return absl::OkStatus();
}

int WaitForSignal(SignalWaiter& signals, EdgeServer& server, const ServiceManager& manager) {
  const auto reload = [&server] { server.ReloadCertificates(); };
  if (!manager.watchdog.has_value()) return signals.Wait(reload);
  Watchdog watchdog(server.Probes(), [&manager](absl::string_view state) { manager.Tell(state); });
  while (true) {
    const std::optional<int> signal =
        signals.WaitFor(Watchdog::IntervalFor(*manager.watchdog), reload);
    if (signal.has_value()) return *signal;
    watchdog.Beat();
  }
}

absl::Status Run(const EdgeOptions& options, SignalWaiter& signals) {
  FC_ASSIGN_OR_RETURN(const ServiceManager manager, ServiceManagerFromEnvironment());
  FC_RETURN_IF_ERROR(RaiseDescriptorLimit(options.max_connections));
  FC_ASSIGN_OR_RETURN(std::unique_ptr<EdgeServer> server,
                      EdgeServer::Start(options, SystemClock(), SecureRandom(),
                                        [&options] { return DropRootFor(options); }));
  FC_RETURN_IF_ERROR(SayReady(options, *server, manager));
  const int signal = WaitForSignal(signals, *server, manager);
  Log(LogLevel::kInfo, "stopping", {{"signal", signal}});
  manager.Tell("STOPPING=1");
  const StopDeadline deadline(options.drain_timeout + kStopGrace);
  server.reset();
  Log(LogLevel::kInfo, "stopped");
  return absl::OkStatus();
}

int Main(int argc, char** argv) {
  SignalWaiter signals(SignalWaiter::Hangup::kTaken);
  ParseFlagsOrExit(argc, argv,
                   "edge --tls_cert=… --tls_key=… --log_dir=… --control_plane=… --link_ca=… "
                   "--link_cert=… --link_key=…");
  const absl::StatusOr<EdgeOptions> options =
      EdgeOptionsFromFlags(Environment(kCredentialsVariable));
  ExitIfUsageError(options.status());
  TakeGrpcLog();
  const absl::Status status = Run(*options, signals);
  if (status.ok()) return 0;
  std::cerr << "edge: " << status.message() << std::endl;
  return 1;
}

}  // namespace
}  // namespace fluxcascade::edge

int main(int argc, char** argv) { return fluxcascade::edge::Main(argc, argv); }
