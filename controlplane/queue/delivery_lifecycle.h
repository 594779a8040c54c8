// The life of a delivery: each step is one function on one transaction, and the delivery's record
// and its queue item change together. Nothing here reads the clock or waits.
//
//             AcceptChange / AcceptMessage
//                        │
//                        ▼           Begin
//        ┌────────── PENDING ──────────────────▶ RUNNING ──▶ SUCCEEDED   Succeed
//        │              ▲  ▲                      │ │ │ └──▶ SKIPPED     Skip
//   a new event joins   │  └── Wait (no retry) ───┘ │ └────▶ FAILED      Fail, when the schedule is
//   at its end
//        └──────────────┘                           │           │         or a retry cannot help
//                       ▲────── Fail, with a retry ─┘           │
//                       └────────────────── RetryByHand ────────┘
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_DELIVERY_LIFECYCLE_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_DELIVERY_LIFECYCLE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/random/random.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// A delivery whose queue item this process has leased.
struct ClaimedDelivery {
  store::v1::Delivery delivery;
  store::v1::QueueItem item;
};

// The lane of one record within one mapping; a merge holds those of all its records.
std::string RecordLane(absl::string_view mapping, absl::string_view record_id);
// The lane that a create holds besides, so that two records with the same match value cannot both
// create.
std::string MatchLane(absl::string_view mapping, absl::string_view match_value);

// What a delivery shows of what it sends: the beginning, at most 2 KiB, cut between characters;
// what is not UTF-8 becomes U+FFFD.
std::string PayloadPreview(absl::string_view payload);

// Puts an accepted event into its record's delivery for this mapping: into the one that is PENDING,
// which becomes due now with a fresh schedule, and so do those that wait before it; or into a new
// one, in line behind those of the same lanes. A merge always gets its own. Gives the delivery's
// name.
absl::StatusOr<std::string> AcceptChange(Transaction& tx, const store::v1::Mapping& mapping,
                                         const store::v1::Event& event, absl::Time now,
                                         Random& random);

// A new delivery of a message to an endpoint. Gives its name, which the message is to be stored
// with.
absl::StatusOr<std::string> AcceptMessage(Transaction& tx, const store::v1::Endpoint& endpoint,
                                          const store::v1::Message& message, absl::Time now,
                                          Random& random);

// The attempt, which the claim has counted, begins: RUNNING. To be called in the transaction that
// claimed the item.
absl::StatusOr<ClaimedDelivery> Begin(Transaction& tx, const store::v1::QueueItem& leased,
                                      absl::Time now);

// What the steps that end an attempt share. `claimed.delivery` is stored with whatever the executor
// has put into it (the record's display name, the target's id, a payload preview). The attempt gets
// its number here. kAborted when the lease has gone to another holder.
absl::Status Succeed(Transaction& tx, const ClaimedDelivery& claimed,
                     const store::v1::Attempt& attempt, absl::Time now);
absl::Status Skip(Transaction& tx, const ClaimedDelivery& claimed, absl::string_view reason,
                  const store::v1::Attempt& attempt, absl::Time now);
// True when the delivery has FAILED for good: `retry_can_help` is false or the schedule is at its
// end. The retry comes when the schedule says, but not before `not_before`.
absl::StatusOr<bool> Fail(Transaction& tx, const ClaimedDelivery& claimed,
                          const store::v1::Attempt& attempt, bool retry_can_help, absl::Time now,
                          absl::Time not_before = absl::InfinitePast());
// Gives the delivery back until `until`; the attempt that began does not count.
absl::Status Wait(Transaction& tx, const ClaimedDelivery& claimed, absl::string_view waiting_for,
                  absl::Time until, absl::Time now);
// Holds one more lane. False: another delivery is first there; this one has been given back and the
// attempt does not count. kFailedPrecondition: the two would wait for each other; this one is still
// held, and is best failed with a retry.
absl::StatusOr<bool> HoldLane(Transaction& tx, const ClaimedDelivery& claimed,
                              absl::string_view lane, absl::Time now);

// By hand: due now, with a fresh schedule. kFailedPrecondition, saying why, when it has SUCCEEDED,
// was SKIPPED or is RUNNING, or when its mapping, endpoint or message is gone.
absl::StatusOr<store::v1::Delivery> RetryByHand(Transaction& tx, absl::string_view delivery,
                                                absl::Time now);

// Makes those that this holder ran PENDING, at most `limit`, and gives how many: it has crashed,
// and starts again under its own name. The attempts that had begun count.
absl::StatusOr<int> Recover(Transaction& tx, absl::string_view holder, int limit, absl::Time now);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_DELIVERY_LIFECYCLE_H_
