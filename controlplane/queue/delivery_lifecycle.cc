#include "controlplane/queue/delivery_lifecycle.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/id/id.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "common/text/utf8.h"
#include "controlplane/model/reason.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/queue/new_work.h"
#include "controlplane/queue/schedule.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::Delivery;
using store::v1::Event;
using store::v1::QueueItem;

constexpr size_t kPreviewBytes = 2048;

// What a delivery that is not first in one of its lanes waits for.
constexpr char kSameRecord[] = "an earlier delivery of the same record";
constexpr char kSameLane[] = "an earlier delivery in the same lane";

void BecomePending(Delivery& delivery, absl::Time due, absl::Time now) {
  delivery.set_state(Delivery::STATE_PENDING);
  *delivery.mutable_next_attempt_time() = ToProto(due);
  *delivery.mutable_update_time() = ToProto(now);
}

void BeginFreshSchedule(Delivery& delivery, absl::Time now) {
  BecomePending(delivery, now, now);
  delivery.set_attempt_count(0);
  delivery.clear_state_reason();
  delivery.clear_waiting_for();
}

void EndAs(Delivery& delivery, Delivery::State state, absl::string_view reason, absl::Time now) {
  delivery.set_state(state);
  delivery.set_state_reason(ReasonText(reason));
  delivery.clear_waiting_for();
  delivery.clear_next_attempt_time();
  *delivery.mutable_update_time() = ToProto(now);
}

// The attempt that began shall not count.
void TakeBackAttempt(Delivery& delivery) {
  delivery.set_attempt_count(delivery.attempt_count() - 1);
  delivery.set_total_attempts(delivery.total_attempts() - 1);
}

absl::Status StoreAttempt(Transaction& tx, const Delivery& delivery, Attempt attempt) {
  attempt.set_number(delivery.total_attempts());
  attempt.set_error(ReasonText(attempt.error()));
  FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
  return tx.deliveries().AddAttempt(delivery.name(), attempt);
}

absl::Status End(Transaction& tx, const ClaimedDelivery& claimed, Delivery::State state,
                 absl::string_view reason, const Attempt& attempt, absl::Time now) {
  FC_RETURN_IF_ERROR(tx.queue().Finish(claimed.item));
  Delivery delivery = claimed.delivery;
  EndAs(delivery, state, reason, now);
  return StoreAttempt(tx, delivery, attempt);
}

// The item is in the queue: what stands before it, if anything does. A match lane is joined only by
// who is first in all its other lanes, and keeps its places there.
absl::Status ShowWhatIsAhead(Transaction& tx, Delivery& delivery) {
  FC_ASSIGN_OR_RETURN(const std::optional<QueueItem> item, tx.queue().Get(delivery.name()));
  if (!item || item->blocked_by() == 0) return absl::OkStatus();
  const std::string match_lanes = MatchLane(delivery.inbound().mapping(), "");
  const bool by_match = absl::StartsWith(*item->lanes().rbegin(), match_lanes);
  delivery.set_waiting_for(by_match ? kSameLane : kSameRecord);
  return absl::OkStatus();
}

// Into the last in line, so that what joins comes after all that was there. It runs only when
// those before it have: none of them waits for a retry any longer either.
absl::StatusOr<std::string> JoinPending(Transaction& tx, std::vector<Delivery> pending,
                                        const Event& event, absl::Time now) {
  JoinEvent(*pending.back().mutable_inbound(), event);
  for (Delivery& delivery : pending) {
    BeginFreshSchedule(delivery, now);
    FC_RETURN_IF_ERROR(tx.queue().Reschedule(delivery.name(), now, 0));
    FC_RETURN_IF_ERROR(ShowWhatIsAhead(tx, delivery));
    FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
  }
  return pending.back().name();
}

absl::Status InsertNew(Transaction& tx, Delivery& delivery, QueueItem item, absl::Time now) {
  *delivery.mutable_create_time() = ToProto(now);
  BeginFreshSchedule(delivery, now);
  *item.mutable_due_time() = ToProto(now);
  FC_RETURN_IF_ERROR(tx.queue().Enqueue(item));
  FC_RETURN_IF_ERROR(ShowWhatIsAhead(tx, delivery));
  return tx.deliveries().Insert(delivery);
}

std::string NewDeliveryName(absl::string_view of, absl::Time now, Random& random) {
  return JoinName(WorkspaceOf(of), "deliveries", NewSortableId(now, random));
}

}  // namespace

std::string PayloadPreview(absl::string_view payload) {
  return Utf8Preview(payload, kPreviewBytes);
}

absl::StatusOr<std::string> AcceptChange(Transaction& tx, const store::v1::Mapping& mapping,
                                         const Event& event, absl::Time now, Random& random) {
  if (event.action() != store::v1::ACTION_MERGE) {
    FC_ASSIGN_OR_RETURN(std::vector<Delivery> pending,
                        tx.deliveries().ListPending(mapping.name(), event.record_id()));
    if (!pending.empty()) return JoinPending(tx, std::move(pending), event, now);
  }
  Delivery delivery;
  delivery.set_name(NewDeliveryName(mapping.name(), now, random));
  *delivery.mutable_inbound() = InboundWorkOf(mapping, event);
  FC_RETURN_IF_ERROR(InsertNew(tx, delivery, InboundItem(delivery, mapping), now));
  return delivery.name();
}

absl::StatusOr<std::string> AcceptMessage(Transaction& tx, const store::v1::Endpoint& endpoint,
                                          const store::v1::Message& message, absl::Time now,
                                          Random& random) {
  Delivery delivery;
  delivery.set_name(NewDeliveryName(endpoint.name(), now, random));
  *delivery.mutable_outbound() = OutboundWorkOf(endpoint, message);
  delivery.set_payload_preview(PayloadPreview(message.body()));
  FC_RETURN_IF_ERROR(InsertNew(tx, delivery, OutboundItem(delivery), now));
  return delivery.name();
}

absl::StatusOr<ClaimedDelivery> Begin(Transaction& tx, const QueueItem& leased, absl::Time now) {
  ClaimedDelivery claimed;
  claimed.item = leased;
  FC_ASSIGN_OR_RETURN(claimed.delivery, tx.deliveries().Get(leased.delivery()));
  Delivery& delivery = claimed.delivery;
  delivery.set_state(Delivery::STATE_RUNNING);
  delivery.set_attempt_count(leased.attempt_count());
  delivery.set_total_attempts(delivery.total_attempts() + 1);
  delivery.clear_waiting_for();
  delivery.clear_next_attempt_time();
  *delivery.mutable_update_time() = ToProto(now);
  FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
  return claimed;
}

absl::Status Succeed(Transaction& tx, const ClaimedDelivery& claimed, const Attempt& attempt,
                     absl::Time now) {
  return End(tx, claimed, Delivery::STATE_SUCCEEDED, "", attempt, now);
}

absl::Status Skip(Transaction& tx, const ClaimedDelivery& claimed, absl::string_view reason,
                  const Attempt& attempt, absl::Time now) {
  return End(tx, claimed, Delivery::STATE_SKIPPED, reason, attempt, now);
}

absl::StatusOr<bool> Fail(Transaction& tx, const ClaimedDelivery& claimed, const Attempt& attempt,
                          bool retry_can_help, absl::Time now, absl::Time not_before) {
  std::optional<absl::Time> next;
  if (retry_can_help) {
    next = NextAttempt(claimed.item.direction(), claimed.delivery.attempt_count(), now);
  }
  if (!next) {
    FC_RETURN_IF_ERROR(End(tx, claimed, Delivery::STATE_FAILED, attempt.error(), attempt, now));
    return true;
  }
  next = std::max(*next, not_before);
  FC_RETURN_IF_ERROR(tx.queue().Release(claimed.item, *next, claimed.delivery.attempt_count()));
  Delivery delivery = claimed.delivery;
  BecomePending(delivery, *next, now);
  delivery.set_state_reason(ReasonText(attempt.error()));
  FC_RETURN_IF_ERROR(StoreAttempt(tx, delivery, attempt));
  return false;
}

absl::Status Wait(Transaction& tx, const ClaimedDelivery& claimed, absl::string_view waiting_for,
                  absl::Time until, absl::Time now) {
  Delivery delivery = claimed.delivery;
  TakeBackAttempt(delivery);
  BecomePending(delivery, until, now);
  delivery.set_waiting_for(ReasonText(waiting_for));
  FC_RETURN_IF_ERROR(tx.queue().Release(claimed.item, until, delivery.attempt_count()));
  return tx.deliveries().Update(delivery);
}

absl::StatusOr<bool> HoldLane(Transaction& tx, const ClaimedDelivery& claimed,
                              absl::string_view lane, absl::Time now) {
  FC_ASSIGN_OR_RETURN(const bool first, tx.queue().AddLane(claimed.item, lane));
  if (first) return true;
  Delivery delivery = claimed.delivery;
  TakeBackAttempt(delivery);
  BecomePending(delivery, now, now);
  delivery.set_waiting_for(kSameLane);
  FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
  return false;
}

absl::StatusOr<Delivery> RetryByHand(Transaction& tx, absl::string_view name, absl::Time now) {
  FC_ASSIGN_OR_RETURN(Delivery delivery, tx.deliveries().Get(name));
  FC_RETURN_IF_ERROR(CheckRetriable(delivery));
  const bool waits = delivery.state() == Delivery::STATE_PENDING;
  BeginFreshSchedule(delivery, now);
  if (waits) {
    FC_RETURN_IF_ERROR(tx.queue().Reschedule(name, now, 0));
  } else {
    FC_ASSIGN_OR_RETURN(QueueItem item, ItemToRetry(tx, delivery));
    *item.mutable_due_time() = ToProto(now);
    FC_RETURN_IF_ERROR(tx.queue().Enqueue(item));
  }
  FC_RETURN_IF_ERROR(ShowWhatIsAhead(tx, delivery));
  FC_RETURN_IF_ERROR(tx.deliveries().Update(delivery));
  return delivery;
}

absl::StatusOr<int> Recover(Transaction& tx, absl::string_view holder, int limit, absl::Time now) {
  FC_ASSIGN_OR_RETURN(const std::vector<QueueItem> items, tx.queue().ReleaseHeldBy(holder, limit));
  for (const QueueItem& item : items) {
    absl::StatusOr<Delivery> delivery = tx.deliveries().Get(item.delivery());
    // Gone: whoever claims the item takes it out of the queue.
    if (absl::IsNotFound(delivery.status())) continue;
    FC_RETURN_IF_ERROR(delivery.status());
    BecomePending(*delivery, FromProto(item.due_time()), now);
    FC_RETURN_IF_ERROR(tx.deliveries().Update(*delivery));
  }
  return static_cast<int>(items.size());
}

}  // namespace fluxcascade
