#include "common/server/grpc_log.h"

#include <grpc/support/log.h>

#include "absl/strings/str_cat.h"
#include "common/logging/limited_log.h"
#include "common/time/clock.h"

namespace fluxcascade {
namespace {

LogLevel LevelOf(gpr_log_severity severity) {
  switch (severity) {
    case GPR_LOG_SEVERITY_DEBUG:
      return LogLevel::kDebug;
    case GPR_LOG_SEVERITY_INFO:
      return LogLevel::kInfo;
    case GPR_LOG_SEVERITY_ERROR:
      break;
  }
  // What of it matters is told by whoever uses gRPC, too.
  return LogLevel::kWarning;
}

void WriteLine(gpr_log_func_args* line) {
  // Never destroyed: gRPC's threads outlive main.
  static LimitedLog& log = *new LimitedLog(SystemClock());
  log.Log(LevelOf(line->severity), "gRPC says",
          {{"text", line->message}, {"at", absl::StrCat(line->file, ":", line->line)}});
}

}  // namespace

void TakeGrpcLog() { gpr_set_log_function(WriteLine); }

}  // namespace fluxcascade
