// How far each consumer of a log has acknowledged it, and so what nobody needs any more. Pure: no
// disk, no clock.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_CONSUMERS_H_
#define FLUXCASCADE_EDGE_LOG_LOG_CONSUMERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "edge/log/ack_history.h"
#include "edge/log/consumer.h"
#include "edge/log/log_codec.h"

namespace fluxcascade::edge {

// What the log's folder keeps of the consumers but the primary, by name.
using FurtherAcks = std::map<std::string, AckHistory>;

// Checksum, then of each its name and its acks, both with their lengths before them.
std::string EncodeFurtherAcks(const FurtherAcks& acks);
// kDataLoss: it does not match its checksum, or is no such bytes.
absl::StatusOr<FurtherAcks> DecodeFurtherAcks(absl::string_view bytes);

struct LogConsumer {
  // The log was opened again, with nothing missing from it: goes on with what `before` counted as
  // lost, and with what it had acknowledged and the folder had not been told yet. Where that ends
  // is to be found again.
  void GoOnFrom(const LogConsumer& before);

  std::string name;
  AckHistory acks;
  // Behind the last request that it acknowledged; at least the log's tail.
  LogPoint acknowledged;
  // When the request that stands there was received; means nothing if there is none.
  absl::Time oldest_unacknowledged;
  // Requests that were trimmed before it acknowledged them, since the process started.
  uint64_t lost_requests = 0;
};

// For one thread at a time.
class LogConsumers {
 public:
  LogConsumers() = default;
  // The first is the primary.
  explicit LogConsumers(std::vector<LogConsumer> consumers) : consumers_(std::move(consumers)) {}

  const std::vector<LogConsumer>& all() const { return consumers_; }
  const LogConsumer& primary() const { return consumers_.front(); }
  // Null: there is none of that name.
  const LogConsumer* Find(absl::string_view name) const;

  // `to` lies behind `through`; `oldest` is when the request that stands there was received. Going
  // back changes nothing.
  void Acknowledge(absl::string_view name, uint64_t through, const LogPoint& to, absl::Time oldest,
                   absl::Time now);
  // A request was appended at `from`, where the log ended.
  void Appended(const LogPoint& from, absl::Time now);
  // The log begins at `to` now; `oldest` is when the request that stands there was received.
  void Trimmed(const LogPoint& to, absl::Time oldest);

  // Behind what everyone has acknowledged.
  LogPoint AcknowledgedByAll() const;
  // The last request that everyone had acknowledged by `time`; 0: none.
  uint64_t AllThroughAsOf(absl::Time time) const;

  // In a log that ends before `next`.
  std::vector<ConsumerPosition> Positions(uint64_t next) const;

  FurtherAcks further_acks() const;

 private:
  std::vector<LogConsumer> consumers_;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_CONSUMERS_H_
