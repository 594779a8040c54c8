// Requests that wait to be written. Not thread-safe.
#ifndef FLUXCASCADE_EDGE_LOG_APPEND_QUEUE_H_
#define FLUXCASCADE_EDGE_LOG_APPEND_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "edge/log/event_log.h"
#include "edge/log/log_codec.h"

namespace fluxcascade::edge {

struct WaitingAppend {
  SealedRequest request;
  EventLog::Done done;
  // When it began to wait; monotonic.
  absl::Duration since = absl::ZeroDuration();
};

// What it will take in the log.
uint64_t SizeOf(const WaitingAppend& append);

class AppendQueue {
 public:
  struct Limits {
    size_t max_requests;
    uint64_t max_bytes;
  };

  explicit AppendQueue(Limits limits) : limits_(limits) {}

  // Leaves `append` alone unless OK. kResourceExhausted: full.
  absl::Status Add(WaitingAppend& append);

  // The oldest ones, as many as take no more than `max_bytes` in the log, but at least one if there
  // is one.
  std::vector<WaitingAppend> TakeGroup(uint64_t max_bytes);

  bool empty() const { return waiting_.empty(); }
  // What they will take in the log.
  uint64_t bytes() const { return bytes_; }

 private:
  const Limits limits_;
  std::deque<WaitingAppend> waiting_;
  uint64_t bytes_ = 0;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_APPEND_QUEUE_H_
