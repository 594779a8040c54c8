// The delivery queue: a table of items, their lanes, and the scan for what is due.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_QUEUE_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_QUEUE_REPOSITORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/queue_repository.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/due_scan.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/lanes.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

class RocksQueueRepository final : public QueueRepository {
 public:
  // As DueScan.
  RocksQueueRepository(KvTransaction& kv, DueLines& lines, uint64_t since);

  absl::Status Enqueue(const store::v1::QueueItem& item) override;
  absl::StatusOr<std::vector<store::v1::QueueItem>> ClaimDue(const ClaimRequest& request) override;
  absl::StatusOr<std::optional<store::v1::QueueItem>> Get(absl::string_view delivery) override;
  absl::StatusOr<bool> AddLane(const store::v1::QueueItem& leased, absl::string_view lane) override;
  absl::Status Renew(const store::v1::QueueItem& leased, absl::Time lease_expire_time) override;
  absl::Status Release(const store::v1::QueueItem& leased, absl::Time due_time,
                       int attempt_count) override;
  absl::Status Reschedule(absl::string_view delivery, absl::Time due_time,
                          int attempt_count) override;
  absl::Status Finish(const store::v1::QueueItem& leased) override;
  absl::StatusOr<std::vector<store::v1::QueueItem>> ReleaseHeldBy(absl::string_view holder,
                                                                  int limit) override;
  absl::StatusOr<std::optional<absl::Time>> NextDue(store::v1::Direction direction,
                                                    absl::Time after) override;
  absl::StatusOr<QueueStats> Stats(store::v1::Direction direction, absl::Time now) override;

 private:
  // The item as it is stored. kAborted unless `leased`'s lease still stands.
  absl::StatusOr<store::v1::QueueItem> Held(const store::v1::QueueItem& leased);
  // kNotFound; kFailedPrecondition while it is leased.
  absl::StatusOr<store::v1::QueueItem> Unleased(absl::string_view delivery);
  absl::Status Put(const store::v1::QueueItem& item);
  absl::Status Erase(const store::v1::QueueItem& item);
  // Its turn has come in one of its lanes.
  absl::Status Advance(absl::string_view delivery);
  // Whether whoever is first in `lane` waits, over however many lanes, for `item`.
  absl::StatusOr<bool> WouldWaitForItself(const store::v1::QueueItem& item, absl::string_view lane);

  KvTransaction& kv_;
  Table<store::v1::QueueItem> items_;
  Lanes lanes_;
  DueScan due_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_QUEUE_REPOSITORY_H_
