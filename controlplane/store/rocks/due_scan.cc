#include "controlplane/store/rocks/due_scan.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

using store::v1::Direction;

std::string IndexStart() { return KeyIn(TableId::kQueueItem, kQueueItemByClaimTime).Take(); }

std::string LinePrefix(Direction direction, absl::string_view destination) {
  return KeyWriter(IndexStart()).Byte(static_cast<uint8_t>(direction)).String(destination).Take();
}

std::string LineAt(Direction direction, absl::string_view destination, absl::Time at) {
  return KeyWriter(LinePrefix(direction, destination)).Time(at).Take();
}

absl::Status BadKey() { return absl::DataLossError("a key of the queue's index is damaged"); }

bool Earlier(const DueItem& a, const DueItem& b) {
  return std::tie(a.at, a.key) < std::tie(b.at, b.key);
}

// The first line at or behind `start`, and the time of its first item.
absl::StatusOr<std::optional<std::pair<std::pair<Direction, std::string>, absl::Time>>> FirstLine(
    KvTransaction& kv, const std::string& start) {
  KeyRange range = RangeOf(IndexStart());
  range.lower = start;
  bool read = true;
  uint8_t direction = 0;
  std::string destination;
  std::optional<absl::Time> at;
  FC_RETURN_IF_ERROR(
      kv.Scan(range, ScanOrder::kForward, [&](absl::string_view key, absl::string_view) {
        KeyReader reader(key.substr(IndexStart().size()));
        at.emplace();
        read = reader.Byte(&direction) && reader.String(&destination) && reader.Time(&*at);
        return false;
      }));
  if (!read) return BadKey();
  std::optional<std::pair<std::pair<Direction, std::string>, absl::Time>> line;
  if (at) line.emplace(std::pair(static_cast<Direction>(direction), destination), *at);
  return line;
}

}  // namespace

std::string ClaimEntry(Direction direction, absl::string_view destination, absl::Time at) {
  return LineAt(direction, destination, at).substr(IndexStart().size());
}

void DueScan::Added(Direction direction, absl::string_view destination, absl::Time at) {
  added_.push_back(Learnt{direction, std::string(destination), at});
  TellLinesOnSuccess();
}

std::vector<DueLines::Line> DueScan::Lines(Direction direction) const {
  std::vector<DueLines::Line> lines = lines_.Lines(direction);
  for (const Learnt& added : added_) {
    if (added.direction != direction) continue;
    const auto known = std::find_if(lines.begin(), lines.end(), [&](const DueLines::Line& line) {
      return line.destination == added.destination;
    });
    if (known == lines.end()) {
      lines.push_back(DueLines::Line{added.destination, *added.from});
    } else {
      known->from = std::min(known->from, *added.from);
    }
  }
  return lines;
}

absl::StatusOr<std::vector<DueItem>> DueScan::ScanLine(Direction direction,
                                                       const DueLines::Line& line, absl::Time until,
                                                       int limit) {
  const size_t header = LinePrefix(direction, line.destination).size();
  KeyRange range;
  range.lower = LineAt(direction, line.destination, line.from);
  range.upper = PrefixEnd(LineAt(direction, line.destination, until));
  std::vector<DueItem> items;
  bool read = true;
  FC_RETURN_IF_ERROR(
      kv_.Scan(range, ScanOrder::kForward, [&](absl::string_view key, absl::string_view value) {
        DueItem& item = items.emplace_back();
        item.key = std::string(value);
        read = KeyReader(key.substr(header)).Time(&item.at);
        return read && items.size() < static_cast<size_t>(limit);
      }));
  if (!read) return BadKey();
  return items;
}

void DueScan::Learn(Direction direction, absl::string_view destination,
                    std::optional<absl::Time> from) {
  learnt_.push_back(Learnt{direction, std::string(destination), from});
  TellLinesOnSuccess();
}

absl::StatusOr<std::vector<DueItem>> DueScan::DueBy(
    Direction direction, absl::Time now, int limit,
    absl::FunctionRef<int(absl::string_view destination)> places) {
  std::vector<DueItem> due;
  for (const DueLines::Line& line : Lines(direction)) {
    const int wanted = std::min(limit, places(line.destination));
    if (line.from > now || wanted <= 0) continue;
    FC_ASSIGN_OR_RETURN(std::vector<DueItem> items, ScanLine(direction, line, now, wanted));
    Learn(direction, line.destination, items.empty() ? now : items.front().at);
    std::move(items.begin(), items.end(), std::back_inserter(due));
  }
  std::sort(due.begin(), due.end(), Earlier);
  if (due.size() > static_cast<size_t>(std::max(limit, 0))) due.resize(std::max(limit, 0));
  return due;
}

absl::StatusOr<std::optional<absl::Time>> DueScan::Next(Direction direction, absl::Time after) {
  std::optional<absl::Time> next;
  for (DueLines::Line& line : Lines(direction)) {
    const bool whole_line = line.from > after;
    // Times are stored to the microsecond.
    if (!whole_line) line.from = after + absl::Microseconds(1);
    // A line that begins later cannot hold an earlier item.
    if (next && line.from >= *next) continue;
    FC_ASSIGN_OR_RETURN(const std::vector<DueItem> items,
                        ScanLine(direction, line, absl::InfiniteFuture(), 1));
    std::optional<absl::Time> first;
    if (!items.empty()) first = items.front().at;
    if (whole_line) Learn(direction, line.destination, first);
    if (first) next = next ? std::min(*next, *first) : *first;
  }
  return next;
}

void DueScan::TellLinesOnSuccess() {
  if (std::exchange(will_tell_, true)) return;
  kv_.OnSuccess([this] {
    // What was scanned came before what was added.
    for (const Learnt& learnt : learnt_) {
      if (learnt.from) {
        lines_.Raise(learnt.direction, learnt.destination, *learnt.from, since_);
      } else {
        lines_.Drop(learnt.direction, learnt.destination, since_);
      }
    }
    for (const Learnt& added : added_) {
      lines_.Added(added.direction, added.destination, *added.from);
    }
  });
}

absl::Status FindDueLines(KvTransaction& kv, DueLines& lines) {
  std::string start = IndexStart();
  while (true) {
    FC_ASSIGN_OR_RETURN(const auto line, FirstLine(kv, start));
    if (!line) return absl::OkStatus();
    const auto& [direction, destination] = line->first;
    lines.Added(direction, destination, line->second);
    start = PrefixEnd(LinePrefix(direction, destination));
  }
}

}  // namespace fluxcascade
