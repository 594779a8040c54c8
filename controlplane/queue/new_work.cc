#include "controlplane/queue/new_work.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"
#include "controlplane/model/action.h"
#include "controlplane/queue/delivery_lifecycle.h"

namespace fluxcascade {
namespace {

using store::v1::Delivery;
using store::v1::Event;
using store::v1::InboundWork;
using store::v1::QueueItem;

void AddLane(QueueItem& item, const std::string& lane) {
  const auto& lanes = item.lanes();
  if (std::find(lanes.begin(), lanes.end(), lane) == lanes.end()) item.add_lanes(lane);
}

// A missing thing is the user's to mend, not the caller's mistake.
absl::Status Gone(const absl::Status& status, absl::string_view what) {
  if (!absl::IsNotFound(status)) return status;
  return absl::FailedPreconditionError(
      absl::StrCat("the delivery cannot be retried: its ", what, " is gone"));
}

// A creation begins with a search in the target, and systems allow far fewer searches than other
// calls: a burst of creations has a line of its own, so that it does not hold up updates.
constexpr char kCreationsLine[] = "#creations";

std::string TargetLine(const Delivery& delivery, const store::v1::Mapping& mapping) {
  const bool creates = delivery.inbound().action() == store::v1::ACTION_CREATE;
  return absl::StrCat(mapping.target().connection(), creates ? kCreationsLine : "");
}

}  // namespace

std::string RecordLane(absl::string_view mapping, absl::string_view record_id) {
  return absl::StrCat(mapping, "/record/", record_id);
}

std::string MatchLane(absl::string_view mapping, absl::string_view match_value) {
  return absl::StrCat(mapping, "/match/", match_value);
}

InboundWork InboundWorkOf(const store::v1::Mapping& mapping, const Event& event) {
  InboundWork work;
  work.set_mapping(mapping.name());
  work.set_object_type(event.object_type());
  work.set_record_id(event.record_id());
  *work.mutable_merged_record_ids() = event.merged_record_ids();
  JoinEvent(work, event);
  return work;
}

void JoinEvent(InboundWork& work, const Event& event) {
  work.set_action(CombineActions(work.action(), event.action()));
  if (event.action() == store::v1::ACTION_DELETE) work.set_source_deleted(true);
  if (event.action() == store::v1::ACTION_CREATE) work.set_source_deleted(false);
  if (work.events_size() == kMaxEventsOfDelivery)
    work.mutable_events()->erase(work.events().begin());
  work.add_events(event.name());
}

store::v1::OutboundWork OutboundWorkOf(const store::v1::Endpoint& endpoint,
                                       const store::v1::Message& message) {
  store::v1::OutboundWork work;
  work.set_endpoint(endpoint.name());
  work.set_url(endpoint.url());
  work.set_message(message.name());
  work.set_event_type(message.event_type());
  return work;
}

QueueItem InboundItem(const Delivery& delivery, const store::v1::Mapping& mapping) {
  QueueItem item;
  item.set_delivery(delivery.name());
  item.set_direction(store::v1::DIRECTION_INBOUND);
  item.set_destination(TargetLine(delivery, mapping));
  const InboundWork& work = delivery.inbound();
  AddLane(item, RecordLane(mapping.name(), work.record_id()));
  for (const std::string& id : work.merged_record_ids()) {
    AddLane(item, RecordLane(mapping.name(), id));
  }
  return item;
}

QueueItem OutboundItem(const Delivery& delivery) {
  QueueItem item;
  item.set_delivery(delivery.name());
  item.set_direction(store::v1::DIRECTION_OUTBOUND);
  item.set_destination(delivery.outbound().endpoint());
  return item;
}

absl::Status CheckRetriable(const Delivery& delivery) {
  const auto refuse = [&](absl::string_view why) {
    return absl::FailedPreconditionError(absl::StrCat(
        "delivery ", delivery.name(), " ", why, "; only failed or waiting ones can be retried"));
  };
  if (delivery.state() == Delivery::STATE_SUCCEEDED) return refuse("has succeeded");
  if (delivery.state() == Delivery::STATE_SKIPPED) return refuse("was skipped");
  if (delivery.state() == Delivery::STATE_RUNNING) return refuse("is running");
  return absl::OkStatus();
}

absl::StatusOr<QueueItem> ItemToRetry(Transaction& tx, Delivery& delivery) {
  if (!delivery.has_outbound()) {
    const auto mapping = tx.mappings().Get(delivery.inbound().mapping());
    if (!mapping.ok()) return Gone(mapping.status(), "mapping");
    return InboundItem(delivery, *mapping);
  }
  const auto endpoint = tx.endpoints().Get(delivery.outbound().endpoint());
  if (!endpoint.ok()) return Gone(endpoint.status(), "endpoint");
  FC_RETURN_IF_ERROR(Gone(tx.messages().Get(delivery.outbound().message()).status(), "message"));
  delivery.mutable_outbound()->set_url(endpoint->url());
  return OutboundItem(delivery);
}

}  // namespace fluxcascade
