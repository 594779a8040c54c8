// The hot half of the delivery queue: what is due, what runs, what waits for its lane.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_QUEUE_REPOSITORY_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_QUEUE_REPOSITORY_H_

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

struct ClaimRequest {
  store::v1::Direction direction = store::v1::DIRECTION_UNSPECIFIED;
  absl::Time now;
  int limit = 1;
  std::string holder;
  absl::Duration lease;
  // No destination gets more than this, with those that the caller already runs for it: a slow one
  // cannot take every place. Finding due work costs a little per destination, nothing per item that
  // is passed over.
  int limit_per_destination = std::numeric_limits<int>::max();
  std::map<std::string, int> running;  // by destination
};

struct QueueStats {
  int64_t pending = 0;  // waiting for their time or their lane
  int64_t running = 0;
  std::optional<absl::Time> oldest_due;  // of what could run and does not
};

// An item stands in the line of each of its lanes, in the order of Enqueue, and can be claimed only
// when it is first in all of them, it is due, and nobody holds a lease on it that has not run out.
// An item that waits for a retry keeps its places: changes of one record are applied in order. An
// operation on an item by a holder whose lease has been given to another (another lease_count) is
// kAborted: the fence.
class QueueRepository {
 public:
  virtual ~QueueRepository() = default;

  // `item` without places, blocked_by and lease, its lanes all different. kAlreadyExists.
  virtual absl::Status Enqueue(const store::v1::QueueItem& item) = 0;

  // Leases up to `limit` items, earliest due first, and counts one more attempt for each. An item
  // whose lease has run out is claimed like any other. One typed operation: a backend may do it in
  // one statement.
  virtual absl::StatusOr<std::vector<store::v1::QueueItem>> ClaimDue(
      const ClaimRequest& request) = 0;

  virtual absl::StatusOr<std::optional<store::v1::QueueItem>> Get(absl::string_view delivery) = 0;

  // Puts a leased item into one more line, at its end (nothing is done when it stands there
  // already). True: it is first there and goes on. False: it is not; the lease is given back, the
  // attempt does not count, and it can be claimed again when its turn comes. kFailedPrecondition:
  // the item would wait for an item that waits for it; nothing is changed.
  virtual absl::StatusOr<bool> AddLane(const store::v1::QueueItem& leased,
                                       absl::string_view lane) = 0;

  // Extends the lease.
  virtual absl::Status Renew(const store::v1::QueueItem& leased, absl::Time lease_expire_time) = 0;

  // Gives the item back, due again at `due_time`, with `attempt_count` as it shall be from then on.
  virtual absl::Status Release(const store::v1::QueueItem& leased, absl::Time due_time,
                               int attempt_count) = 0;

  // Changes an item that is not leased: a joining event or a retry by hand. kFailedPrecondition
  // while it is leased.
  virtual absl::Status Reschedule(absl::string_view delivery, absl::Time due_time,
                                  int attempt_count) = 0;

  // The delivery has ended: takes it out of all its lines, and makes those that are first now
  // ready.
  virtual absl::Status Finish(const store::v1::QueueItem& leased) = 0;

  // Gives back whatever this holder has leased, at most `limit` items, and names them. Attempts
  // that were begun count. For a replica that starts again under its own name after a crash and
  // need not wait for its old leases to run out.
  virtual absl::StatusOr<std::vector<store::v1::QueueItem>> ReleaseHeldBy(absl::string_view holder,
                                                                          int limit) = 0;

  // The first time later than `after` at which an item of this direction can be claimed, leases
  // that run out included.
  virtual absl::StatusOr<std::optional<absl::Time>> NextDue(store::v1::Direction direction,
                                                            absl::Time after) = 0;

  virtual absl::StatusOr<QueueStats> Stats(store::v1::Direction direction, absl::Time now) = 0;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_QUEUE_REPOSITORY_H_
