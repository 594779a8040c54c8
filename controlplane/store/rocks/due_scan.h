// Finds what can be claimed, within one transaction.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_SCAN_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_SCAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// The index of the queue's table that is scanned: (direction, destination, time, delivery).
inline constexpr uint8_t kQueueItemByClaimTime = 1;

std::string ClaimEntry(store::v1::Direction direction, absl::string_view destination,
                       absl::Time at);

// An item that can be claimed at a time.
struct DueItem {
  absl::Time at;
  std::string key;  // primary
};

class DueScan {
 public:
  // `since` is DueLines::Now() from before the transaction's snapshot. All must outlive it, and it
  // must outlive the commit.
  DueScan(KvTransaction& kv, DueLines& lines, uint64_t since)
      : kv_(kv), lines_(lines), since_(since) {}

  // This transaction has put an item into the index.
  void Added(store::v1::Direction direction, absl::string_view destination, absl::Time at);

  // Up to `limit` items that can be claimed at `now`, earliest first; of each destination not more
  // than it has places.
  absl::StatusOr<std::vector<DueItem>> DueBy(
      store::v1::Direction direction, absl::Time now, int limit,
      absl::FunctionRef<int(absl::string_view destination)> places);

  // The first time later than `after` at which an item can be claimed.
  absl::StatusOr<std::optional<absl::Time>> Next(store::v1::Direction direction, absl::Time after);

 private:
  struct Learnt {
    store::v1::Direction direction;
    std::string destination;
    std::optional<absl::Time> from;  // none: the line is empty
  };

  // The lines, with what this transaction has added.
  std::vector<DueLines::Line> Lines(store::v1::Direction direction) const;
  // The first `limit` items of a line that can be claimed at `until`.
  absl::StatusOr<std::vector<DueItem>> ScanLine(store::v1::Direction direction,
                                                const DueLines::Line& line, absl::Time until,
                                                int limit);
  // A scan of the whole line found nothing before `from`, or nothing at all.
  void Learn(store::v1::Direction direction, absl::string_view destination,
             std::optional<absl::Time> from);
  void TellLinesOnSuccess();

  KvTransaction& kv_;
  DueLines& lines_;
  const uint64_t since_;
  bool will_tell_ = false;
  std::vector<Learnt> learnt_;
  std::vector<Learnt> added_;
};

// Tells `lines` of every line of the store; for when it is opened.
absl::Status FindDueLines(KvTransaction& kv, DueLines& lines);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DUE_SCAN_H_
