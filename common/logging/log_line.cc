#include "common/logging/log_line.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"

namespace fluxcascade {
namespace {

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

// With its quotes. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(absl::string_view text) {
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

LogField::LogField(absl::string_view name, absl::Duration duration) : name(name) {
  // JSON has no infinity.
  bare = duration != absl::InfiniteDuration() && duration != -absl::InfiniteDuration();
  value = bare ? absl::StrCat(absl::ToDoubleSeconds(duration)) : absl::FormatDuration(duration);
}

std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view message,
                          absl::Span<const LogField> fields) {
  std::string line = absl::StrCat(
      "{\"time\":\"", absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone()),
      "\",\"level\":\"", LevelName(level), "\",\"message\":", JsonString(message));
  for (const LogField& field : fields) {
    absl::StrAppend(&line, ",", JsonString(field.name), ":",
                    field.bare ? field.value : JsonString(field.value));
  }
  line.push_back('}');
  return line;
}

}  // namespace fluxcascade
