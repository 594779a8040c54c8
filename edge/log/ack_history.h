// Up to where, and by when, the log was acknowledged: what "acknowledged 72 hours ago" is answered
// from. Pure.
#ifndef FLUXCASCADE_EDGE_LOG_ACK_HISTORY_H_
#define FLUXCASCADE_EDGE_LOG_ACK_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fluxcascade::edge {

class AckHistory {
 public:
  // Acknowledgements within one slot share a mark that bears the time at which the slot ends, so
  // what is kept is kept at most that much too long, and never too short.
  static constexpr absl::Duration kSlot = absl::Hours(1);
  // Beyond this the oldest marks are joined: those requests are kept longer.
  static constexpr size_t kMaxMarks = 100;

  // Goes only forward: a smaller sequence changes nothing.
  void Record(absl::Time now, uint64_t through);
  // Marks of what has been trimmed are of no use any more; the newest stays.
  void ForgetThrough(uint64_t sequence);

  // 0: nothing was.
  uint64_t through() const { return marks_.empty() ? 0 : marks_.back().through; }
  // What had been acknowledged by `time`.
  uint64_t ThroughAsOf(absl::Time time) const;

  // Checksum, then time in microseconds since 1970 and sequence of each mark.
  std::string Encode() const;
  static absl::StatusOr<AckHistory> Decode(absl::string_view bytes);

  size_t marks() const { return marks_.size(); }

  friend bool operator==(const AckHistory&, const AckHistory&) = default;

 private:
  struct Mark {
    absl::Time time;
    uint64_t through = 0;

    friend bool operator==(const Mark&, const Mark&) = default;
  };

  // Both rise.
  std::deque<Mark> marks_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_ACK_HISTORY_H_
