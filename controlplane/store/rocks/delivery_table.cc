#include "controlplane/store/rocks/delivery_table.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/counters.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

using store::v1::Action;
using store::v1::Delivery;
using store::v1::Direction;
using Entries = std::vector<std::string>;

std::string ByState(absl::string_view parent, Delivery::State state) {
  return KeyWriter().String(parent).Byte(static_cast<uint8_t>(state)).Take();
}

std::string ByDirection(absl::string_view parent, Direction direction) {
  return KeyWriter().String(parent).Byte(static_cast<uint8_t>(direction)).Take();
}

absl::Time EndTime(const Delivery& delivery) { return FromProto(delivery.update_time()); }

uint64_t MinuteOf(absl::Time time) {
  return static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixSeconds(time)) / 60);
}

KeyWriter EndedCounter(absl::string_view workspace, Direction direction, Delivery::State state) {
  KeyWriter key = CounterKey(CounterId::kDeliveriesEnded);
  key.Byte(static_cast<uint8_t>(direction)).Byte(static_cast<uint8_t>(state)).String(workspace);
  return key;
}

std::string EndedInMinute(absl::string_view workspace, Direction direction, Delivery::State state,
                          absl::Time time) {
  return EndedCounter(workspace, direction, state).Uint64(MinuteOf(time)).Take();
}

std::vector<std::string> CountersOf(const Delivery& delivery) {
  if (HasEnded(delivery.state())) return {EndedCounterOf(delivery)};
  return {DeliveriesNow(ParentOf(delivery.name()), DirectionOf(delivery), delivery.state())};
}

}  // namespace

Direction DirectionOf(const Delivery& delivery) {
  return delivery.has_outbound() ? store::v1::DIRECTION_OUTBOUND : store::v1::DIRECTION_INBOUND;
}

bool HasEnded(Delivery::State state) {
  return state == Delivery::STATE_SUCCEEDED || state == Delivery::STATE_FAILED ||
         state == Delivery::STATE_SKIPPED;
}

const TableSpec<Delivery>& DeliveryTable() {
  static const auto& spec = *new TableSpec<Delivery>{
      TableId::kDelivery,
      "delivery",
      NameKeyOf<Delivery>,
      NameOf<Delivery>,
      {{kDeliveryByEndTime, false,
        [](const Delivery& d) -> Entries {
          if (!HasEnded(d.state())) return {};
          return {KeyWriter().Time(EndTime(d)).Take()};
        }},
       {kDeliveryByState, false,
        [](const Delivery& d) -> Entries { return {ByState(ParentOf(d.name()), d.state())}; }},
       {kDeliveryByDirection, false,
        [](const Delivery& d) -> Entries {
          return {ByDirection(ParentOf(d.name()), DirectionOf(d))};
        }},
       {kDeliveryByMapping, false,
        [](const Delivery& d) -> Entries {
          if (!d.has_inbound()) return {};
          return {EntryOf(d.inbound().mapping())};
        }},
       {kDeliveryByEndpoint, false,
        [](const Delivery& d) -> Entries {
          if (!d.has_outbound()) return {};
          return {EntryOf(d.outbound().endpoint())};
        }},
       {kPendingDeliveryOfRecord, true,
        [](const Delivery& d) -> Entries {
          if (d.state() != Delivery::STATE_PENDING || !d.has_inbound() ||
              d.inbound().action() == Action::ACTION_MERGE) {
            return {};
          }
          return {EntryOf(d.inbound().mapping(), d.inbound().record_id())};
        }}},
      CountersOf};
  return spec;
}

PageScan DeliveryScan(absl::string_view parent, const DeliveryFilter& filter) {
  PageScan scan = NamesUnder(parent, ScanOrder::kBackward);
  // Nearly all deliveries have succeeded; the other states are few.
  if (filter.state != Delivery::STATE_UNSPECIFIED && filter.state != Delivery::STATE_SUCCEEDED &&
      !parent.empty()) {
    scan.index = kDeliveryByState;
    scan.prefix = ByState(parent, filter.state);
  } else if (!filter.mapping.empty()) {
    scan.index = kDeliveryByMapping;
    scan.prefix = EntryOf(filter.mapping);
  } else if (!filter.endpoint.empty()) {
    scan.index = kDeliveryByEndpoint;
    scan.prefix = EntryOf(filter.endpoint);
  } else if (filter.direction != store::v1::DIRECTION_UNSPECIFIED && !parent.empty()) {
    scan.index = kDeliveryByDirection;
    scan.prefix = ByDirection(parent, filter.direction);
  }
  return scan;
}

bool DeliveryMatches(const Delivery& delivery, absl::string_view parent,
                     const DeliveryFilter& filter) {
  return (parent.empty() || ParentOf(delivery.name()) == parent) &&
         (filter.direction == store::v1::DIRECTION_UNSPECIFIED ||
          DirectionOf(delivery) == filter.direction) &&
         (filter.state == Delivery::STATE_UNSPECIFIED || delivery.state() == filter.state) &&
         (filter.mapping.empty() || delivery.inbound().mapping() == filter.mapping) &&
         (filter.endpoint.empty() || delivery.outbound().endpoint() == filter.endpoint);
}

std::string DeliveriesNow(absl::string_view workspace, Direction direction, Delivery::State state) {
  return CounterKey(CounterId::kDeliveriesNow)
      .Byte(static_cast<uint8_t>(direction))
      .Byte(static_cast<uint8_t>(state))
      .String(workspace)
      .Take();
}

KeyRange DeliveriesEndedSince(absl::string_view workspace, Direction direction,
                              Delivery::State state, absl::Time from) {
  return KeyRange{EndedInMinute(workspace, direction, state, from),
                  PrefixEnd(EndedCounter(workspace, direction, state).Take())};
}

std::string EndedCounterOf(const Delivery& delivery) {
  return EndedInMinute(ParentOf(delivery.name()), DirectionOf(delivery), delivery.state(),
                       EndTime(delivery));
}

}  // namespace fluxcascade
