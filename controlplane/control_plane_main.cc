// The control plane's process: flags, start, wait for a signal, stop.
#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/flags/flags.h"
#include "common/logging/logging.h"
#include "common/random/random.h"
#include "common/server/grpc_log.h"
#include "common/server/signal_waiter.h"
#include "common/time/clock.h"
#include "controlplane/control_plane_options.h"
#include "controlplane/control_plane_server.h"

int main(int argc, char** argv) {
  using namespace fluxcascade;  // NOLINT(google-build-using-namespace)
  SignalWaiter signals;
  ParseFlagsOrExit(argc, argv, "control_plane --state_dir=… --tls_cert=… --tls_key=… --edge_ca=…");
  const char* const keyring = std::getenv(kKeyringVariable);
  absl::StatusOr<ControlPlaneOptions> options =
      ControlPlaneOptionsFromFlags(keyring == nullptr ? "" : keyring);
  ExitIfUsageError(options.status());
  TakeGrpcLog();
  absl::StatusOr<std::unique_ptr<ControlPlaneServer>> server =
      ControlPlaneServer::Start(*options, SystemClock(), SecureRandom());
  if (!server.ok()) {
    std::cerr << "control_plane: " << server.status().message() << std::endl;
    return 1;
  }
  Log(LogLevel::kInfo, "control plane ready",
      {{"api_port", (*server)->api_port()},
       {"link_port", (*server)->link_port()},
       {"admin_token_file", (*server)->admin_token_file()}});
  const int signal = signals.Wait();
  Log(LogLevel::kInfo, "stopping", {{"signal", signal}});
  server->reset();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}
