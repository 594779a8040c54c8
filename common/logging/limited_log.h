// The log for places that may have something to say for each request, connection or peer: they must
// not fill a disk, whatever others do.
#ifndef FLUXCASCADE_COMMON_LOGGING_LIMITED_LOG_H_
#define FLUXCASCADE_COMMON_LOGGING_LIMITED_LOG_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/logging/log_line.h"
#include "common/mutex/mutex.h"
#include "common/time/clock.h"

namespace fluxcascade {

// So many lines in a while. Knows no clock: `now` is monotonic.
class LineBudget {
 public:
  struct Limits {
    int lines = 10;
    absl::Duration per = absl::Minutes(1);
  };

  explicit LineBudget(Limits limits) : limits_(limits) {}

  // How many lines were left out since the last one that was not; nothing: this one is left out,
  // too.
  std::optional<uint64_t> Take(absl::Duration now);

 private:
  Limits limits_;
  absl::Duration while_began_ = -absl::InfiniteDuration();
  int taken_ = 0;
  uint64_t left_out_ = 0;
};

// Thread-safe.
class LimitedLog {
 public:
  // Messages are written in the code, so there are few: beyond this they share a budget.
  static constexpr size_t kMaxMessages = 256;

  // `clock` outlives it.
  explicit LimitedLog(const Clock& clock, LineBudget::Limits limits = {})
      : clock_(clock), limits_(limits) {}

  // As the function Log, but each message has a budget, whatever its fields are. The first line
  // after some were left out has a field `left_out` with their number.
  void Log(LogLevel level, absl::string_view message, std::initializer_list<LogField> fields = {});

 private:
  std::optional<uint64_t> Take(absl::string_view message);

  const Clock& clock_;
  const LineBudget::Limits limits_;
  Mutex mutex_;
  absl::flat_hash_map<std::string, LineBudget> budgets_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_LOGGING_LIMITED_LOG_H_
