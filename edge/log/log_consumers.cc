#include "edge/log/log_consumers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "common/check/check.h"
#include "common/crc32c/crc32c.h"
#include "edge/log/big_endian.h"

namespace fluxcascade::edge {
namespace {

constexpr size_t kChecksumBytes = 4;
constexpr size_t kLengthBytes = 4;

void AppendWithLength(absl::string_view bytes, std::string& out) {
  AppendBigEndian(static_cast<uint32_t>(bytes.size()), out);
  out.append(bytes.data(), bytes.size());
}

// Takes it off the front of `rest`; nothing when that is too short.
std::optional<absl::string_view> TakeWithLength(absl::string_view& rest) {
  if (rest.size() < kLengthBytes) return std::nullopt;
  const uint32_t length = BigEndianAt<uint32_t>(rest, 0);
  rest.remove_prefix(kLengthBytes);
  if (rest.size() < length) return std::nullopt;
  const absl::string_view taken = rest.substr(0, length);
  rest.remove_prefix(length);
  return taken;
}

absl::Status NoConsumers(absl::string_view why) {
  return absl::DataLossError("the log's consumers: " + std::string(why));
}

}  // namespace

std::string EncodeFurtherAcks(const FurtherAcks& acks) {
  std::string covered;
  for (const auto& [name, history] : acks) {
    AppendWithLength(name, covered);
    AppendWithLength(history.Encode(), covered);
  }
  std::string bytes;
  AppendBigEndian(Crc32c(covered), bytes);
  return bytes + covered;
}

absl::StatusOr<FurtherAcks> DecodeFurtherAcks(absl::string_view bytes) {
  if (bytes.size() < kChecksumBytes ||
      BigEndianAt<uint32_t>(bytes, 0) != Crc32c(bytes.substr(kChecksumBytes))) {
    return NoConsumers("bytes 4 and on do not match their checksum");
  }
  FurtherAcks acks;
  absl::string_view rest = bytes.substr(kChecksumBytes);
  while (!rest.empty()) {
    const std::optional<absl::string_view> name = TakeWithLength(rest);
    const std::optional<absl::string_view> encoded = TakeWithLength(rest);
    if (!name.has_value() || !encoded.has_value()) return NoConsumers("they end too early");
    absl::StatusOr<AckHistory> history = AckHistory::Decode(*encoded);
    if (!history.ok()) return history.status();
    acks[std::string(*name)] = *std::move(history);
  }
  return acks;
}

void LogConsumer::GoOnFrom(const LogConsumer& before) {
  lost_requests = before.lost_requests;
  if (before.acks.through() > acks.through()) acks = before.acks;
}

const LogConsumer* LogConsumers::Find(absl::string_view name) const {
  for (const LogConsumer& consumer : consumers_) {
    if (consumer.name == name) return &consumer;
  }
  return nullptr;
}

void LogConsumers::Acknowledge(absl::string_view name, uint64_t through, const LogPoint& to,
                               absl::Time oldest, absl::Time now) {
  for (LogConsumer& consumer : consumers_) {
    if (consumer.name != name || to.sequence <= consumer.acknowledged.sequence) continue;
    consumer.acknowledged = to;
    consumer.oldest_unacknowledged = oldest;
    consumer.acks.Record(now, through);
  }
}

void LogConsumers::Appended(const LogPoint& from, absl::Time now) {
  for (LogConsumer& consumer : consumers_) {
    if (consumer.acknowledged == from) consumer.oldest_unacknowledged = now;
  }
}

void LogConsumers::Trimmed(const LogPoint& to, absl::Time oldest) {
  for (LogConsumer& consumer : consumers_) {
    consumer.acks.ForgetThrough(to.sequence - 1);
    if (consumer.acknowledged.sequence >= to.sequence) continue;
    consumer.lost_requests += to.sequence - consumer.acknowledged.sequence;
    consumer.acknowledged = to;
    consumer.oldest_unacknowledged = oldest;
  }
}

LogPoint LogConsumers::AcknowledgedByAll() const {
  FC_CHECK(!consumers_.empty());
  return std::min_element(consumers_.begin(), consumers_.end(),
                          [](const LogConsumer& a, const LogConsumer& b) {
                            return a.acknowledged.sequence < b.acknowledged.sequence;
                          })
      ->acknowledged;
}

uint64_t LogConsumers::AllThroughAsOf(absl::Time time) const {
  FC_CHECK(!consumers_.empty());
  uint64_t through = primary().acks.ThroughAsOf(time);
  for (const LogConsumer& consumer : consumers_) {
    through = std::min(through, consumer.acks.ThroughAsOf(time));
  }
  return through;
}

std::vector<ConsumerPosition> LogConsumers::Positions(uint64_t next) const {
  std::vector<ConsumerPosition> positions;
  for (const LogConsumer& consumer : consumers_) {
    ConsumerPosition& position = positions.emplace_back();
    position.name = consumer.name;
    // A log that was rolled back may have less than was acknowledged.
    position.acknowledged = std::min(consumer.acks.through(), next - 1);
    position.lag_requests = next - consumer.acknowledged.sequence;
    if (position.lag_requests > 0) {
      position.oldest_unacknowledged = consumer.oldest_unacknowledged;
    }
    position.lost_requests = consumer.lost_requests;
  }
  return positions;
}

FurtherAcks LogConsumers::further_acks() const {
  FurtherAcks acks;
  for (const LogConsumer& consumer : consumers_) {
    if (consumer.name != kPrimaryConsumer) acks[consumer.name] = consumer.acks;
  }
  return acks;
}

}  // namespace fluxcascade::edge
