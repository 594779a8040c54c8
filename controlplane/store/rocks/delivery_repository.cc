#include "controlplane/store/rocks/delivery_repository.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/status/status_macros.h"
#include "controlplane/model/resource_name.h"
#include "controlplane/store/rocks/delivery_table.h"
#include "controlplane/store/rocks/key_codec.h"
#include "controlplane/store/rocks/key_space.h"

namespace fluxcascade {
namespace {

using store::v1::Attempt;
using store::v1::Delivery;
using store::v1::Direction;

std::string AttemptsOf(absl::string_view delivery) {
  return KeyIn(TableId::kAttempt).String(delivery).Take();
}

}  // namespace

RocksDeliveryRepository::RocksDeliveryRepository(KvTransaction& kv)
    : kv_(kv), deliveries_(kv, DeliveryTable()) {}

absl::Status RocksDeliveryRepository::Insert(const Delivery& delivery) {
  return deliveries_.Insert(delivery);
}

absl::StatusOr<Delivery> RocksDeliveryRepository::Get(absl::string_view name) {
  return deliveries_.Get(NameKey(name), name);
}

absl::Status RocksDeliveryRepository::Update(const Delivery& delivery) {
  return deliveries_.Update(delivery);
}

absl::StatusOr<Page<Delivery>> RocksDeliveryRepository::List(absl::string_view parent,
                                                             const DeliveryFilter& filter,
                                                             const PageRequest& page) {
  return deliveries_.List(DeliveryScan(parent, filter), page, [&](const Delivery& delivery) {
    return DeliveryMatches(delivery, parent, filter);
  });
}

absl::StatusOr<std::vector<std::string>> RocksDeliveryRepository::AttemptKeys(
    absl::string_view delivery) {
  std::vector<std::string> keys;
  FC_RETURN_IF_ERROR(kv_.Scan(RangeOf(AttemptsOf(delivery)), ScanOrder::kForward,
                              [&](absl::string_view key, absl::string_view) {
                                keys.emplace_back(key);
                                return true;
                              }));
  return keys;
}

absl::Status RocksDeliveryRepository::AddAttempt(absl::string_view delivery,
                                                 const Attempt& attempt) {
  FC_RETURN_IF_ERROR(Get(delivery).status());
  const std::string key =
      KeyWriter(AttemptsOf(delivery)).Uint64(static_cast<uint64_t>(attempt.number())).Take();
  FC_RETURN_IF_ERROR(kv_.Put(key, attempt.SerializeAsString()));
  FC_ASSIGN_OR_RETURN(const std::vector<std::string> keys, AttemptKeys(delivery));
  for (size_t i = 0; i + kKeptAttempts < keys.size(); ++i) {
    FC_RETURN_IF_ERROR(kv_.Delete(keys[i]));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Attempt>> RocksDeliveryRepository::ListAttempts(
    absl::string_view delivery) {
  std::vector<Attempt> attempts;
  bool parsed = true;
  FC_RETURN_IF_ERROR(kv_.Scan(RangeOf(AttemptsOf(delivery)), ScanOrder::kForward,
                              [&](absl::string_view, absl::string_view value) {
                                parsed &= attempts.emplace_back().ParseFromArray(
                                    value.data(), static_cast<int>(value.size()));
                                return parsed;
                              }));
  if (!parsed) return absl::DataLossError("a stored attempt cannot be parsed");
  return attempts;
}

absl::StatusOr<std::vector<Delivery>> RocksDeliveryRepository::ListPending(
    absl::string_view mapping, absl::string_view record_id) {
  return deliveries_.ListAt(kPendingDeliveryOfRecord, EntryOf(mapping, record_id));
}

absl::StatusOr<DeliveryCounts> RocksDeliveryRepository::Count(absl::string_view parent,
                                                              Direction direction,
                                                              absl::Time since) {
  const auto now = [&](Delivery::State state) {
    const std::string counter = DeliveriesNow(parent, direction, state);
    return kv_.Sum(RangeOf(counter));
  };
  const auto ended = [&](Delivery::State state) {
    return kv_.Sum(DeliveriesEndedSince(parent, direction, state, since));
  };
  DeliveryCounts counts;
  FC_ASSIGN_OR_RETURN(counts.pending, now(Delivery::STATE_PENDING));
  FC_ASSIGN_OR_RETURN(counts.running, now(Delivery::STATE_RUNNING));
  FC_ASSIGN_OR_RETURN(counts.succeeded, ended(Delivery::STATE_SUCCEEDED));
  FC_ASSIGN_OR_RETURN(counts.failed, ended(Delivery::STATE_FAILED));
  return counts;
}

absl::StatusOr<std::vector<Delivery>> RocksDeliveryRepository::Trim(absl::Time before, int limit) {
  FC_ASSIGN_OR_RETURN(std::vector<Delivery> old,
                      deliveries_.ListBefore(kDeliveryByEndTime, before, limit));
  std::set<std::string> counters;
  for (const Delivery& delivery : old) {
    FC_ASSIGN_OR_RETURN(const std::vector<std::string> attempts, AttemptKeys(delivery.name()));
    for (const std::string& key : attempts) FC_RETURN_IF_ERROR(kv_.Delete(key));
    FC_RETURN_IF_ERROR(deliveries_.Erase(NameKey(delivery.name())).status());
    counters.insert(EndedCounterOf(delivery));
  }
  for (const std::string& counter : counters) {
    FC_ASSIGN_OR_RETURN(const int64_t left, kv_.Sum(RangeOf(counter)));
    if (left == 0) FC_RETURN_IF_ERROR(kv_.DeleteCounters(RangeOf(counter)));
  }
  return old;
}

}  // namespace fluxcascade
