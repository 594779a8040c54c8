// The edge's process: flags, start, wait for a signal, stop.
#include <iostream>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/flags/flags.h"
#include "common/logging/logging.h"
#include "common/random/random.h"
#include "common/server/signal_waiter.h"
#include "common/time/clock.h"
#include "edge/descriptor_limit.h"
#include "edge/edge_options.h"
#include "edge/edge_server.h"

namespace fluxcascade::edge {
namespace {

int Fail(const absl::Status& status) {
  std::cerr << "edge: " << status.message() << std::endl;
  return 1;
}

int Main(int argc, char** argv) {
  SignalWaiter signals;
  ParseFlagsOrExit(argc, argv,
                   "edge --tls_cert=… --tls_key=… --log_dir=… --control_plane=… --link_ca=… "
                   "--link_cert=… --link_key=…");
  const absl::StatusOr<EdgeOptions> options = EdgeOptionsFromFlags();
  ExitIfUsageError(options.status());
  const absl::Status raised = RaiseDescriptorLimit(options->max_connections);
  if (!raised.ok()) return Fail(raised);
  absl::StatusOr<std::unique_ptr<EdgeServer>> server =
      EdgeServer::Start(*options, SystemClock(), SecureRandom());
  if (!server.ok()) return Fail(server.status());
  const std::string address = (*server)->address().ToString();
  if (!options->ready_file.empty()) {
    const absl::Status written =
        WriteFileAtomically(options->ready_file, absl::StrCat(address, "\n"), 0644);
    if (!written.ok()) return Fail(written);
  }
  Log(LogLevel::kInfo, "edge ready",
      {{"listen", address}, {"control_plane", options->control_plane}});
  const int signal = signals.Wait();
  Log(LogLevel::kInfo, "stopping", {{"signal", signal}});
  server->reset();
  Log(LogLevel::kInfo, "stopped");
  return 0;
}

}  // namespace
}  // namespace fluxcascade::edge

int main(int argc, char** argv) { return fluxcascade::edge::Main(argc, argv); }
