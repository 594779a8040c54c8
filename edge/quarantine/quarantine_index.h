// What a quarantine holds, in memory: which requests, of which hooks, in which order, and what has
// to go when there are too many.
#ifndef FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_INDEX_H_
#define FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "edge/quarantine/quarantine_item.h"
#include "fluxcascade/edge/v1/edge_link.pb.h"
#include "fluxcascade/edge/v1/hook.pb.h"

namespace fluxcascade::edge {

// Not thread-safe. What it says has to go is out of it already, and counted as dropped.
class QuarantineIndex {
 public:
  using Gone = std::vector<QuarantineItem>;

  // `max_bytes`: of all hooks together.
  explicit QuarantineIndex(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // Whether one of that size fits at all.
  bool Fits(uint64_t bytes, const v1::QuarantineRule& rule) const {
    return bytes <= rule.max_bytes() && bytes <= max_bytes_ && rule.max_requests() > 0;
  }
  // Makes room for one more that fits: the oldest of the hook go, by its rule, and then the oldest
  // of whichever hook holds most, so that a flood on one hook costs no other one its own.
  Gone MakeRoom(const std::string& hook_id, uint64_t bytes, const v1::QuarantineRule& rule);
  // Its number is above that of all others.
  void Add(const std::string& hook_id, const QuarantineItem& item);

  // What is over a rule that has changed, or was received before `oldest`.
  Gone Trim(const std::string& hook_id, const v1::QuarantineRule& rule, absl::Time oldest);
  // What is over the limit of all hooks together, and at least `lacking` bytes, if there are so
  // many: the oldest of whichever hook holds most.
  Gone TrimAll(uint64_t lacking = 0);
  // The hook is none any more, or wants no quarantine.
  Gone Forget(const std::string& hook_id);

  // Not counted as dropped. Nothing if it is not there.
  std::optional<QuarantineItem> Remove(const std::string& hook_id, uint64_t number);
  // One that could not be kept.
  void CountDropped(const std::string& hook_id);

  // The first behind `after`.
  std::optional<QuarantineItem> Next(const std::string& hook_id, uint64_t after) const;
  uint64_t RequestsOf(const std::string& hook_id) const;
  std::vector<std::string> Hooks() const;

  // Of the hooks that hold the most bytes, at most `max`.
  std::vector<v1::QuarantineState> States(size_t max) const;
  uint64_t requests() const { return requests_; }
  uint64_t bytes() const { return bytes_; }
  // Since the start, of hooks that were forgotten, too.
  uint64_t dropped() const { return dropped_; }

 private:
  struct OfHook {
    std::map<uint64_t, QuarantineItem> items;
    uint64_t bytes = 0;
    uint64_t dropped = 0;
  };

  QuarantineItem Take(OfHook& of_hook, uint64_t number);
  void DropOldest(OfHook& of_hook, Gone& gone);
  // Null: nothing is held.
  OfHook* Largest();

  const uint64_t max_bytes_;
  std::map<std::string, OfHook> hooks_;
  uint64_t requests_ = 0;
  uint64_t bytes_ = 0;
  uint64_t dropped_ = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_QUARANTINE_QUARANTINE_INDEX_H_
