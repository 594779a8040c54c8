#include "controlplane/store/rocks/queue_repository.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/store/rocks/counters.h"
#include "controlplane/store/rocks/due_lines.h"
#include "controlplane/store/rocks/due_scan.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

using store::v1::Direction;
using store::v1::QueueItem;
using Entries = std::vector<std::string>;

// Number of the index besides kQueueItemByClaimTime.
constexpr uint8_t kByHolder = 2;

// Lanes that are looked at to find out who waits for whom.
constexpr size_t kMaxLanesFollowed = 100;

bool IsLeased(const QueueItem& item) { return !item.lease_holder().empty(); }

// Nothing: it waits for its turn.
std::optional<absl::Time> ClaimTime(const QueueItem& item) {
  if (item.blocked_by() > 0) return std::nullopt;
  return FromProto(IsLeased(item) ? item.lease_expire_time() : item.due_time());
}

std::string ItemCounter(Direction direction, bool leased) {
  return CounterKey(CounterId::kQueueItems)
      .Byte(static_cast<uint8_t>(direction))
      .Byte(leased ? 1 : 0)
      .Take();
}

const TableSpec<QueueItem>& QueueTable() {
  static const auto& spec =
      *new TableSpec<QueueItem>{TableId::kQueueItem,
                                "queue item",
                                [](const QueueItem& item) { return NameKey(item.delivery()); },
                                [](const QueueItem& item) { return item.delivery(); },
                                {{kQueueItemByClaimTime, false,
                                  [](const QueueItem& item) -> Entries {
                                    const std::optional<absl::Time> at = ClaimTime(item);
                                    if (!at) return {};
                                    return {ClaimEntry(item.direction(), item.destination(), *at)};
                                  }},
                                 {kByHolder, false,
                                  [](const QueueItem& item) -> Entries {
                                    if (!IsLeased(item)) return {};
                                    return {EntryOf(item.lease_holder())};
                                  }}},
                                [](const QueueItem& item) -> Entries {
                                  return {ItemCounter(item.direction(), IsLeased(item))};
                                }};
  return spec;
}

void EndLease(QueueItem& item) {
  item.clear_lease_holder();
  item.clear_lease_expire_time();
}

bool HasLane(const QueueItem& item, absl::string_view lane) {
  return std::find(item.lanes().begin(), item.lanes().end(), lane) != item.lanes().end();
}

}  // namespace

RocksQueueRepository::RocksQueueRepository(KvTransaction& kv, DueLines& lines, uint64_t since)
    : kv_(kv), items_(kv, QueueTable()), lanes_(kv), due_(kv, lines, since) {}

absl::Status RocksQueueRepository::Put(const QueueItem& item) {
  FC_RETURN_IF_ERROR(items_.Put(item));
  if (const std::optional<absl::Time> at = ClaimTime(item)) {
    due_.Added(item.direction(), item.destination(), *at);
  }
  return absl::OkStatus();
}

absl::Status RocksQueueRepository::Enqueue(const QueueItem& item) {
  QueueItem queued = item;
  queued.clear_places();
  queued.set_blocked_by(0);
  EndLease(queued);
  // Before it is in any line.
  FC_RETURN_IF_ERROR(items_.Insert(queued));
  for (const std::string& lane : item.lanes()) {
    FC_ASSIGN_OR_RETURN(const Lanes::Joined joined, lanes_.Join(lane, item.delivery()));
    queued.add_places(joined.place);
    if (!joined.first) queued.set_blocked_by(queued.blocked_by() + 1);
  }
  return Put(queued);
}

absl::StatusOr<std::vector<QueueItem>> RocksQueueRepository::ClaimDue(const ClaimRequest& request) {
  const auto places = [&](absl::string_view destination) {
    const auto running = request.running.find(std::string(destination));
    return request.limit_per_destination - (running == request.running.end() ? 0 : running->second);
  };
  FC_ASSIGN_OR_RETURN(const std::vector<DueItem> due,
                      due_.DueBy(request.direction, request.now, request.limit, places));
  std::vector<QueueItem> claimed;
  for (const DueItem& entry : due) {
    FC_ASSIGN_OR_RETURN(QueueItem item, items_.Get(entry.key, "in the index"));
    item.set_lease_holder(request.holder);
    *item.mutable_lease_expire_time() = ToProto(request.now + request.lease);
    item.set_lease_count(item.lease_count() + 1);
    item.set_attempt_count(item.attempt_count() + 1);
    FC_RETURN_IF_ERROR(Put(item));
    claimed.push_back(std::move(item));
  }
  return claimed;
}

absl::StatusOr<std::optional<QueueItem>> RocksQueueRepository::Get(absl::string_view delivery) {
  return items_.Find(NameKey(delivery));
}

absl::StatusOr<QueueItem> RocksQueueRepository::Held(const QueueItem& leased) {
  FC_ASSIGN_OR_RETURN(std::optional<QueueItem> item, Get(leased.delivery()));
  if (!item || !IsLeased(*item) || item->lease_holder() != leased.lease_holder() ||
      item->lease_count() != leased.lease_count()) {
    return absl::AbortedError(
        absl::StrCat("the lease on ", leased.delivery(), " has gone to another holder"));
  }
  return *std::move(item);
}

absl::StatusOr<QueueItem> RocksQueueRepository::Unleased(absl::string_view delivery) {
  FC_ASSIGN_OR_RETURN(QueueItem item, items_.Get(NameKey(delivery), delivery));
  if (IsLeased(item)) {
    return absl::FailedPreconditionError(absl::StrCat(delivery, " is running"));
  }
  return item;
}

absl::StatusOr<bool> RocksQueueRepository::WouldWaitForItself(const QueueItem& item,
                                                              absl::string_view lane) {
  std::vector<std::string> to_follow = {std::string(lane)};
  std::set<std::string> followed;
  while (!to_follow.empty() && followed.size() < kMaxLanesFollowed) {
    const std::string next = std::move(to_follow.back());
    to_follow.pop_back();
    if (!followed.insert(next).second) continue;
    FC_ASSIGN_OR_RETURN(const std::optional<std::string> first, lanes_.First(next));
    if (!first) continue;
    if (*first == item.delivery()) return true;
    FC_ASSIGN_OR_RETURN(const std::optional<QueueItem> holder, Get(*first));
    if (!holder || holder->blocked_by() == 0) continue;
    to_follow.insert(to_follow.end(), holder->lanes().begin(), holder->lanes().end());
  }
  return false;
}

absl::StatusOr<bool> RocksQueueRepository::AddLane(const QueueItem& leased,
                                                   absl::string_view lane) {
  FC_ASSIGN_OR_RETURN(QueueItem item, Held(leased));
  if (HasLane(item, lane)) return true;
  FC_ASSIGN_OR_RETURN(const bool in_circle, WouldWaitForItself(item, lane));
  if (in_circle) {
    return absl::FailedPreconditionError(
        absl::StrCat(item.delivery(), " would wait for itself in lane ", lane));
  }
  FC_ASSIGN_OR_RETURN(const Lanes::Joined joined, lanes_.Join(lane, item.delivery()));
  item.add_lanes(std::string(lane));
  item.add_places(joined.place);
  if (!joined.first) {
    item.set_blocked_by(1);
    item.set_attempt_count(item.attempt_count() - 1);
    EndLease(item);
  }
  FC_RETURN_IF_ERROR(Put(item));
  return joined.first;
}

absl::Status RocksQueueRepository::Renew(const QueueItem& leased, absl::Time lease_expire_time) {
  FC_ASSIGN_OR_RETURN(QueueItem item, Held(leased));
  *item.mutable_lease_expire_time() = ToProto(lease_expire_time);
  return Put(item);
}

absl::Status RocksQueueRepository::Release(const QueueItem& leased, absl::Time due_time,
                                           int attempt_count) {
  FC_ASSIGN_OR_RETURN(QueueItem item, Held(leased));
  EndLease(item);
  *item.mutable_due_time() = ToProto(due_time);
  item.set_attempt_count(attempt_count);
  return Put(item);
}

absl::Status RocksQueueRepository::Reschedule(absl::string_view delivery, absl::Time due_time,
                                              int attempt_count) {
  FC_ASSIGN_OR_RETURN(QueueItem item, Unleased(delivery));
  *item.mutable_due_time() = ToProto(due_time);
  item.set_attempt_count(attempt_count);
  return Put(item);
}

absl::Status RocksQueueRepository::Finish(const QueueItem& leased) {
  FC_ASSIGN_OR_RETURN(const QueueItem item, Held(leased));
  return Erase(item);
}

absl::Status RocksQueueRepository::Erase(const QueueItem& item) {
  FC_RETURN_IF_ERROR(items_.Erase(NameKey(item.delivery())).status());
  for (int i = 0; i < item.lanes_size(); ++i) {
    FC_ASSIGN_OR_RETURN(const std::optional<std::string> next,
                        lanes_.Leave(item.lanes(i), item.places(i)));
    if (next) FC_RETURN_IF_ERROR(Advance(*next));
  }
  return absl::OkStatus();
}

absl::Status RocksQueueRepository::Advance(absl::string_view delivery) {
  FC_ASSIGN_OR_RETURN(QueueItem item, items_.Get(NameKey(delivery), delivery));
  item.set_blocked_by(item.blocked_by() - 1);
  return Put(item);
}

absl::StatusOr<std::vector<QueueItem>> RocksQueueRepository::ReleaseHeldBy(absl::string_view holder,
                                                                           int limit) {
  FC_ASSIGN_OR_RETURN(std::vector<QueueItem> held,
                      items_.ListAt(kByHolder, EntryOf(holder), limit));
  for (QueueItem& item : held) {
    EndLease(item);
    FC_RETURN_IF_ERROR(Put(item));
  }
  return held;
}

absl::StatusOr<std::optional<absl::Time>> RocksQueueRepository::NextDue(Direction direction,
                                                                        absl::Time after) {
  return due_.Next(direction, after);
}

absl::StatusOr<QueueStats> RocksQueueRepository::Stats(Direction direction, absl::Time now) {
  QueueStats stats;
  FC_ASSIGN_OR_RETURN(stats.pending, kv_.Sum(RangeOf(ItemCounter(direction, false))));
  FC_ASSIGN_OR_RETURN(stats.running, kv_.Sum(RangeOf(ItemCounter(direction, true))));
  FC_ASSIGN_OR_RETURN(const std::optional<absl::Time> next,
                      NextDue(direction, absl::InfinitePast()));
  if (next && *next <= now) stats.oldest_due = next;
  return stats;
}

}  // namespace fluxcascade
