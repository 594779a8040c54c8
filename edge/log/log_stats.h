// What a log holds and how it fares, for those who watch it.
#ifndef FLUXCASCADE_EDGE_LOG_LOG_STATS_H_
#define FLUXCASCADE_EDGE_LOG_LOG_STATS_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "common/metrics/histogram.h"

namespace fluxcascade::edge {

struct LogStats {
  // Durable and not trimmed.
  uint64_t bytes = 0;
  // Of those, what nobody has acknowledged.
  uint64_t unacknowledged_bytes = 0;
  uint64_t unacknowledged_requests = 0;
  // When the first of them was received; nothing if there is none.
  std::optional<absl::Time> oldest_unacknowledged;
  // Accepted by Append, but not durable yet.
  uint64_t waiting_bytes = 0;
  // Writes or syncs that failed since the start.
  uint64_t failed_writes = 0;
  // Of the process's memory, what the database takes: write buffers above all, which fill and are
  // emptied whatever the clients do. As of the last retention step.
  uint64_t memory_bytes = 0;

  // What each request waited between Append and the beginning of its write.
  HistogramReading append;
  // What each write with its sync took.
  HistogramReading sync;
};

}  // namespace fluxcascade::edge

#endif  // FLUXCASCADE_EDGE_LOG_LOG_STATS_H_
