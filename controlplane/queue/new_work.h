// What a delivery is made of: its work, and the item that stands for it in the queue.
#ifndef FLUXCASCADE_CONTROLPLANE_QUEUE_NEW_WORK_H_
#define FLUXCASCADE_CONTROLPLANE_QUEUE_NEW_WORK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "controlplane/store/store.h"
#include "fluxcascade/store/v1/records.pb.h"
#include "fluxcascade/store/v1/resources.pb.h"

namespace fluxcascade {

// Events whose names a delivery keeps, the newest.
inline constexpr int kMaxEventsOfDelivery = 100;

store::v1::InboundWork InboundWorkOf(const store::v1::Mapping& mapping,
                                     const store::v1::Event& event);
// Takes one more event into work that has not begun.
void JoinEvent(store::v1::InboundWork& work, const store::v1::Event& event);

store::v1::OutboundWork OutboundWorkOf(const store::v1::Endpoint& endpoint,
                                       const store::v1::Message& message);

// Without a due time.
store::v1::QueueItem InboundItem(const store::v1::Delivery& delivery,
                                 const store::v1::Mapping& mapping);
store::v1::QueueItem OutboundItem(const store::v1::Delivery& delivery);

// kFailedPrecondition, saying why, in the states in which a retry by hand makes no sense.
absl::Status CheckRetriable(const store::v1::Delivery& delivery);
// The item of a delivery that has failed. Brings its URL up to date. kFailedPrecondition when what
// it needs is gone.
absl::StatusOr<store::v1::QueueItem> ItemToRetry(Transaction& tx, store::v1::Delivery& delivery);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_QUEUE_NEW_WORK_H_
