// logdump: shows what an edge's log holds, or checks it. The edge should not be running: what it
// writes meanwhile may be seen in part. Exits with 1 when the log can't be read or is damaged.
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/flags/flags.h"
#include "common/status/status_macros.h"
#include "edge/log/log_folder.h"
#include "tools/logdump/log_dump.h"

ABSL_FLAG(std::string, folder, "", "the log's folder; nothing in it is changed");
ABSL_FLAG(bool, check, false,
          "check every request's checksums, sequence and chain; show no requests");
ABSL_FLAG(bool, bodies, false, "show the bodies too: they hold customers' data");
ABSL_FLAG(uint64_t, from, 0, "the first sequence to show");
ABSL_FLAG(uint64_t, limit, ~uint64_t{0}, "how many requests to show at most");

namespace fluxcascade::edge {
namespace {

absl::Status Run() {
  LogFolderOptions options;
  options.database.path = absl::GetFlag(FLAGS_folder);
  FC_ASSIGN_OR_RETURN(const std::unique_ptr<LogFolder> folder, LogFolder::OpenForReading(options));
  if (absl::GetFlag(FLAGS_check)) return DumpCheck(*folder, std::cout);
  return DumpRequests(*folder,
                      {.from = absl::GetFlag(FLAGS_from),
                       .limit = absl::GetFlag(FLAGS_limit),
                       .bodies = absl::GetFlag(FLAGS_bodies)},
                      std::cout);
}

}  // namespace
}  // namespace fluxcascade::edge

int main(int argc, char** argv) {
  fluxcascade::ParseFlagsOrExit(argc, argv,
                                "logdump --folder=… [--check | --bodies --from=N --limit=N]");
  fluxcascade::ExitIfUsageError(fluxcascade::CheckRequiredFlags({"folder"}));
  const absl::Status status = fluxcascade::edge::Run();
  std::cout.flush();
  if (status.ok()) return 0;
  std::cerr << "logdump: " << status.message() << std::endl;
  return 1;
}
