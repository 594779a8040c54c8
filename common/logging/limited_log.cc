#include "common/logging/limited_log.h"

#include <utility>
#include <vector>

#include "common/logging/logging.h"

namespace fluxcascade {

std::optional<uint64_t> LineBudget::Take(absl::Duration now) {
  if (now - while_began_ >= limits_.per) {
    while_began_ = now;
    taken_ = 0;
  }
  if (taken_ == limits_.lines) {
    ++left_out_;
    return std::nullopt;
  }
  ++taken_;
  return std::exchange(left_out_, 0);
}

std::optional<uint64_t> LimitedLog::Take(absl::string_view message) {
  MutexLock lock(mutex_);
  if (budgets_.size() >= kMaxMessages && !budgets_.contains(message)) message = "";
  return budgets_.try_emplace(message, limits_).first->second.Take(clock_.Monotonic());
}

void LimitedLog::Log(LogLevel level, absl::string_view message,
                     std::initializer_list<LogField> fields) {
  const std::optional<uint64_t> left_out = Take(message);
  if (!left_out.has_value()) return;
  std::vector<LogField> all(fields);
  if (*left_out > 0) all.emplace_back("left_out", *left_out);
  LogFields(level, message, all);
}

}  // namespace fluxcascade
