#include "controlplane/store/rocks/due_lines.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"

namespace fluxcascade {

using store::v1::Direction;

uint64_t DueLines::Now() const {
  MutexLock lock(mutex_);
  return additions_;
}

std::vector<DueLines::Line> DueLines::Lines(Direction direction) const {
  MutexLock lock(mutex_);
  std::vector<Line> lines;
  for (auto it = lines_.lower_bound(Key(direction, ""));
       it != lines_.end() && it->first.first == direction; ++it) {
    lines.push_back(Line{it->first.second, it->second.from});
  }
  return lines;
}

void DueLines::Added(Direction direction, absl::string_view destination, absl::Time at) {
  MutexLock lock(mutex_);
  const auto [it, is_new] = lines_.try_emplace(Key(direction, std::string(destination)));
  Bound& bound = it->second;
  bound.from = is_new ? at : std::min(bound.from, at);
  bound.last_added = ++additions_;
}

void DueLines::Raise(Direction direction, absl::string_view destination, absl::Time from,
                     uint64_t since) {
  MutexLock lock(mutex_);
  const auto it = lines_.find(Key(direction, std::string(destination)));
  if (it == lines_.end() || it->second.last_added > since) return;
  it->second.from = std::max(it->second.from, from);
}

void DueLines::Drop(Direction direction, absl::string_view destination, uint64_t since) {
  MutexLock lock(mutex_);
  const auto it = lines_.find(Key(direction, std::string(destination)));
  if (it == lines_.end() || it->second.last_added > since) return;
  lines_.erase(it);
}

}  // namespace fluxcascade
