// How deliveries are indexed and counted.
#ifndef FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_TABLE_H_
#define FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_TABLE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "controlplane/store/repositories.h"
#include "controlplane/store/rocks/kv_transaction.h"
#include "controlplane/store/rocks/table.h"
#include "fluxcascade/store/v1/records.pb.h"

namespace fluxcascade {

// Numbers of indexes.
inline constexpr uint8_t kDeliveryByEndTime = 1;  // of those that have ended
inline constexpr uint8_t kDeliveryByState = 2;
inline constexpr uint8_t kDeliveryByDirection = 3;
inline constexpr uint8_t kDeliveryByMapping = 4;
inline constexpr uint8_t kDeliveryByEndpoint = 5;
inline constexpr uint8_t kPendingDeliveryOfRecord = 6;  // inbound, and no merge

const TableSpec<store::v1::Delivery>& DeliveryTable();

store::v1::Direction DirectionOf(const store::v1::Delivery& delivery);
bool HasEnded(store::v1::Delivery::State state);

// The index that serves this filter best, and what is left to be checked.
PageScan DeliveryScan(absl::string_view parent, const DeliveryFilter& filter);
bool DeliveryMatches(const store::v1::Delivery& delivery, absl::string_view parent,
                     const DeliveryFilter& filter);

// The counter of those in a state that has not ended.
std::string DeliveriesNow(absl::string_view workspace, store::v1::Direction direction,
                          store::v1::Delivery::State state);
// The counters, one a minute, of those that ended in this state; `from` is rounded down.
KeyRange DeliveriesEndedSince(absl::string_view workspace, store::v1::Direction direction,
                              store::v1::Delivery::State state, absl::Time from);
// The one that counts this ended delivery.
std::string EndedCounterOf(const store::v1::Delivery& delivery);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_CONTROLPLANE_STORE_ROCKS_DELIVERY_TABLE_H_
