// What a line of the log looks like; pure.
#ifndef FLUXCASCADE_COMMON_LOGGING_LOG_LINE_H_
#define FLUXCASCADE_COMMON_LOGGING_LOG_LINE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace fluxcascade {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// A named value: `{"delivery", name}`. Numbers and booleans are written without quotes; a duration
// as a number of seconds.
struct LogField {
  LogField(absl::string_view name, absl::string_view value) : name(name), value(value) {}
  LogField(absl::string_view name, const char* value) : name(name), value(value) {}
  LogField(absl::string_view name, const std::string& value) : name(name), value(value) {}
  LogField(absl::string_view name, const absl::Status& status)
      : name(name), value(status.ToString()) {}
  LogField(absl::string_view name, absl::Duration duration);
  LogField(absl::string_view name, bool value)
      : name(name), value(value ? "true" : "false"), bare(true) {}
  LogField(absl::string_view name, int value)
      : name(name), value(std::to_string(value)), bare(true) {}
  LogField(absl::string_view name, unsigned value)
      : name(name), value(std::to_string(value)), bare(true) {}
  LogField(absl::string_view name, long value)
      : name(name), value(std::to_string(value)), bare(true) {}
  LogField(absl::string_view name, unsigned long value)
      : name(name), value(std::to_string(value)), bare(true) {}
  LogField(absl::string_view name, long long value)
      : name(name), value(std::to_string(value)), bare(true) {}
  LogField(absl::string_view name, unsigned long long value)
      : name(name), value(std::to_string(value)), bare(true) {}

  std::string name;
  std::string value;
  // `value` is JSON as it stands.
  bool bare = false;
};

// {"time":"2026-01-01T00:00:00.000Z","level":"info","message":"…",<fields in their order>}, without
// a newline. Whatever bytes come in, the line is valid JSON in UTF-8 and one line.
std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view message,
                          absl::Span<const LogField> fields);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_LOGGING_LOG_LINE_H_
