// Lines of deliveries, one a lane.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LANES_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LANES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/rocks/kv_transaction.h"

namespace fluxcascade {

// Two transactions that change the same line conflict; those of different lines do not.
class Lanes {
 public:
  struct Joined {
    uint64_t place;
    bool first;
  };

  explicit Lanes(KvTransaction& kv) : kv_(kv) {}

  // To the end of the line.
  absl::StatusOr<Joined> Join(absl::string_view lane, absl::string_view delivery);

  // Gives the delivery that has become first by it; nothing when the first has not changed, or
  // nobody is left.
  absl::StatusOr<std::optional<std::string>> Leave(absl::string_view lane, uint64_t place);

  // Who is first; nothing when the line is empty.
  absl::StatusOr<std::optional<std::string>> First(absl::string_view lane);

 private:
  // The ends of a line. Written with every change, so that changes conflict; `first` is where the
  // deleted entries end.
  struct Ends {
    uint64_t first = 1;
    uint64_t last = 0;
  };

  absl::StatusOr<std::optional<Ends>> ReadEnds(absl::string_view lane);
  absl::Status WriteEnds(absl::string_view lane, const Ends& ends);
  struct Entry {
    uint64_t place;
    std::string delivery;
  };
  // The first entry at or behind `place`.
  absl::StatusOr<std::optional<Entry>> EntryFrom(absl::string_view lane, uint64_t place);

  KvTransaction& kv_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_LANES_H_
