#include "controlplane/store/rocks/event_repository.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/digest.h"
#include "common/proto_time/proto_time.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"
#include "controlplane/store/rocks/table.h"

namespace fluxcascade {
namespace {

using store::v1::Event;
using Entries = std::vector<std::string>;

// Numbers of indexes.
constexpr uint8_t kByReceiveTime = 1;
constexpr uint8_t kByConnection = 2;
constexpr uint8_t kByRecord = 3;
constexpr uint8_t kByState = 4;
constexpr uint8_t kDedupeKeyByTime = 1;

// Half of a SHA-256: a collision loses one event of one record, and takes 2^64 tries to make.
constexpr size_t kHashedKeySize = 16;

std::string ByState(absl::string_view parent, Event::State state) {
  return KeyWriter().String(parent).Byte(static_cast<uint8_t>(state)).Take();
}

Entries RecordEntries(const Event& event) {
  const absl::string_view parent = ParentOf(event.name());
  Entries entries;
  if (!event.record_id().empty()) entries.push_back(EntryOf(parent, event.record_id()));
  for (const std::string& id : event.merged_record_ids()) {
    if (id != event.record_id()) entries.push_back(EntryOf(parent, id));
  }
  return entries;
}

const TableSpec<Event>& EventTable() {
  static const auto& spec = *new TableSpec<Event>{
      TableId::kEvent,
      "event",
      NameKeyOf<Event>,
      NameOf<Event>,
      {{kByReceiveTime, false,
        [](const Event& event) -> Entries {
          return {KeyWriter().Time(FromProto(event.receive_time())).Take()};
        }},
       {kByConnection, false,
        [](const Event& event) -> Entries { return {EntryOf(event.connection())}; }},
       {kByRecord, false, RecordEntries},
       {kByState, false, [](const Event& event) -> Entries {
          return {ByState(ParentOf(event.name()), event.state())};
        }}}};
  return spec;
}

// A key is the connector's own; it says nothing about events of another app or connection.
std::string HashedKey(const Event& event, absl::string_view dedupe_key) {
  const std::string scoped =
      KeyWriter().String(event.app()).String(event.connection()).Raw(dedupe_key).Take();
  return std::string(AsBytes(Sha256(scoped)).substr(0, kHashedKeySize));
}

std::string DedupeByTime(absl::Time time, absl::string_view hashed_key) {
  return KeyIn(TableId::kDedupeKey, kDedupeKeyByTime).Time(time).Raw(hashed_key).Take();
}

PageScan ScanFor(absl::string_view parent, const EventFilter& filter) {
  PageScan scan = NamesUnder(parent, ScanOrder::kBackward);
  if (!filter.record_id.empty() && !parent.empty()) {
    scan.index = kByRecord;
    scan.prefix = EntryOf(parent, filter.record_id);
  } else if (filter.state != Event::STATE_UNSPECIFIED && filter.state != Event::STATE_ACCEPTED &&
             !parent.empty()) {
    scan.index = kByState;
    scan.prefix = ByState(parent, filter.state);
  } else if (!filter.connection.empty()) {
    scan.index = kByConnection;
    scan.prefix = EntryOf(filter.connection);
  }
  return scan;
}

bool ConcernsRecord(const Event& event, const std::string& id) {
  const auto& merged = event.merged_record_ids();
  return event.record_id() == id || std::find(merged.begin(), merged.end(), id) != merged.end();
}

bool Matches(const Event& event, absl::string_view parent, const EventFilter& filter) {
  return (parent.empty() || ParentOf(event.name()) == parent) &&
         (filter.connection.empty() || event.connection() == filter.connection) &&
         (filter.record_id.empty() || ConcernsRecord(event, filter.record_id)) &&
         (filter.state == Event::STATE_UNSPECIFIED || event.state() == filter.state);
}

}  // namespace

RocksEventRepository::RocksEventRepository(KvTransaction& kv)
    : kv_(kv), events_(kv, EventTable()) {}

absl::StatusOr<bool> RocksEventRepository::InsertIfNew(const Event& event,
                                                       absl::string_view dedupe_key,
                                                       absl::Time now) {
  if (!dedupe_key.empty()) {
    FC_ASSIGN_OR_RETURN(const bool is_new, MarkSeen(HashedKey(event, dedupe_key), now));
    if (!is_new) return false;
  }
  FC_RETURN_IF_ERROR(events_.Insert(event));
  return true;
}

absl::StatusOr<bool> RocksEventRepository::MarkSeen(absl::string_view hashed_key, absl::Time now) {
  const std::string key = KeyIn(TableId::kDedupeKey).Raw(hashed_key).Take();
  FC_ASSIGN_OR_RETURN(const std::optional<std::string> stored, kv_.Get(key));
  if (stored) {
    absl::Time seen;
    if (!KeyReader(*stored).Time(&seen)) {
      return absl::DataLossError("a stored dedupe key holds no time");
    }
    if (now - seen < kDedupePeriod) return false;
    FC_RETURN_IF_ERROR(kv_.DeleteUnchecked(DedupeByTime(seen, hashed_key)));
  }
  FC_RETURN_IF_ERROR(kv_.Put(key, KeyWriter().Time(now).Take()));
  FC_RETURN_IF_ERROR(kv_.PutUnchecked(DedupeByTime(now, hashed_key), ""));
  return true;
}

absl::StatusOr<Event> RocksEventRepository::Get(absl::string_view name) {
  return events_.Get(NameKey(name), name);
}

absl::Status RocksEventRepository::Update(const Event& event) { return events_.Update(event); }

absl::StatusOr<Page<Event>> RocksEventRepository::List(absl::string_view parent,
                                                       const EventFilter& filter,
                                                       const PageRequest& page) {
  return events_.List(ScanFor(parent, filter), page,
                      [&](const Event& event) { return Matches(event, parent, filter); });
}

absl::StatusOr<int> RocksEventRepository::Trim(absl::Time events_before,
                                               absl::Time dedupe_keys_before, int limit) {
  FC_ASSIGN_OR_RETURN(const int events, events_.TrimBefore(kByReceiveTime, events_before, limit));
  FC_ASSIGN_OR_RETURN(const int keys, TrimDedupeKeys(dedupe_keys_before, limit));
  return events + keys;
}

absl::StatusOr<int> RocksEventRepository::TrimDedupeKeys(absl::Time before, int limit) {
  const std::string prefix = KeyIn(TableId::kDedupeKey, kDedupeKeyByTime).Take();
  const size_t header = DedupeByTime(before, "").size();
  std::vector<std::string> entries;
  if (limit <= 0) return 0;
  FC_RETURN_IF_ERROR(kv_.Scan(KeyRange{prefix, DedupeByTime(before, "")}, ScanOrder::kForward,
                              [&](absl::string_view key, absl::string_view) {
                                entries.emplace_back(key);
                                return entries.size() < static_cast<size_t>(limit);
                              }));
  for (const std::string& entry : entries) {
    const absl::string_view hashed_key = absl::string_view(entry).substr(header);
    FC_RETURN_IF_ERROR(kv_.Delete(KeyIn(TableId::kDedupeKey).Raw(hashed_key).Take()));
    FC_RETURN_IF_ERROR(kv_.DeleteUnchecked(entry));
  }
  return static_cast<int>(entries.size());
}

}  // namespace fluxcascade
