// Where in each destination's line of due work to begin looking. RocksDB walks over deleted keys
// one by one, and a queue leaves little else behind: without these bounds each claim would walk
// over all that was ever claimed.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_LINES_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_LINES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/mutex/mutex.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// A line holds the items of one direction and destination, by the time at which they can be
// claimed. Thread-safe.
class DueLines {
 public:
  struct Line {
    std::string destination;
    absl::Time from;  // no committed item of the line comes earlier
  };

  // To be taken before the snapshot with which lines are scanned.
  uint64_t Now() const;

  std::vector<Line> Lines(store::v1::Direction direction) const;

  // An item was committed. To be called after the commit.
  void Added(store::v1::Direction direction, absl::string_view destination, absl::Time at);

  // A scan of a snapshot taken after `since` found nothing before `from`. Does nothing when
  // anything was added to the line since then: the snapshot may not have held it.
  void Raise(store::v1::Direction direction, absl::string_view destination, absl::Time from,
             uint64_t since);

  // The same for a scan that found nothing at all.
  void Drop(store::v1::Direction direction, absl::string_view destination, uint64_t since);

 private:
  struct Bound {
    absl::Time from;
    uint64_t last_added = 0;
  };
  using Key = std::pair<store::v1::Direction, std::string>;

  mutable Mutex mutex_;
  uint64_t additions_ FC_GUARDED_BY(mutex_) = 0;
  std::map<Key, Bound> lines_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_LINES_H_
