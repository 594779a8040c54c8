// For tests: what several threads appended to a log, what it told them, and whether it keeps its
// word.
#ifndef FLUXCASCADE_EDGE_LOG_APPEND_LEDGER_H_
#define FLUXCASCADE_EDGE_LOG_APPEND_LEDGER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/mutex/mutex.h"
#include "edge/log/event_log.h"

namespace fluxcascade::edge {

// Thread-safe. For one log, however often it is opened again.
class AppendLedger {
 public:
  // Appends some fifty requests in bursts, waits for each burst, and ends early when `stop` says
  // so. `name` is of this call alone.
  void AppendSome(EventLog& log, absl::string_view name, uint64_t seed,
                  const std::function<bool()>& stop);
  // The log must take this one and give it the next sequence.
  absl::Status AppendOneMore(EventLog& log, absl::string_view name);

  // The log was opened again: it may take requests after it has failed.
  void Reopened();

  // Everything that a sender was told is durable is there, whole and in its place; the sequence and
  // the chain are unbroken; nothing behind `read_through` was trimmed; and after one that waited
  // was told that the log failed, none was told that it is durable. An error says what does not
  // hold.
  absl::Status Check(const EventLog& log, uint64_t read_through);

  // Requests that are durable.
  uint64_t durable() const;
  // Requests that waited, and were told that the log failed.
  uint64_t failed() const;

 private:
  void NoteResult(const absl::StatusOr<uint64_t>& sequence, const std::string& body);
  absl::Status CheckRead(const EventLog& log, uint64_t first, uint64_t next) FC_REQUIRES(mutex_);

  mutable Mutex mutex_;
  // Their bodies.
  std::map<uint64_t, std::string> durable_ FC_GUARDED_BY(mutex_);
  uint64_t failed_ FC_GUARDED_BY(mutex_) = 0;
  bool failed_since_opened_ FC_GUARDED_BY(mutex_) = false;
  absl::Status broken_word_ FC_GUARDED_BY(mutex_);
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_APPEND_LEDGER_H_
