// The process's log: one line of JSON each, on standard error. No secret is ever an argument.
#ifndef FLUXCASCADE_COMMON_LOGGING_LOGGING_H_
#define FLUXCASCADE_COMMON_LOGGING_LOGGING_H_

#include <initializer_list>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/logging/log_line.h"

namespace fluxcascade {

// {"time":"…","level":"info","message":"…",<fields>}. Thread-safe.
//   Log(LogLevel::kWarning, "delivery failed", {{"delivery", name}, {"error", status}});
void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

// The same for fields that are not known where the code is written.
void LogFields(LogLevel level, absl::string_view message, absl::Span<const LogField> fields);

// Lines below are not written. kInfo at the start.
void SetLogLevel(LogLevel level);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_LOGGING_LOGGING_H_
