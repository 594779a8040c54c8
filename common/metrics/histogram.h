// How long things took, counted in fixed buckets: written on hot paths, summed when somebody asks.
#ifndef FLUXCASCADE_COMMON_METRICS_HISTOGRAM_H_
#define FLUXCASCADE_COMMON_METRICS_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace fluxcascade {

// The upper bounds of all buckets but the last one, which has none: from what a digest takes to
// what nobody waits for. What is exactly a bound is below it.
inline constexpr std::array kHistogramBounds = {
    absl::Microseconds(10),  absl::Microseconds(25),   absl::Microseconds(50),
    absl::Microseconds(100), absl::Microseconds(250),  absl::Microseconds(500),
    absl::Milliseconds(1),   absl::Microseconds(2500), absl::Milliseconds(5),
    absl::Milliseconds(10),  absl::Milliseconds(25),   absl::Milliseconds(50),
    absl::Milliseconds(100), absl::Milliseconds(250),  absl::Milliseconds(500),
    absl::Seconds(1),        absl::Milliseconds(2500), absl::Seconds(5),
    absl::Seconds(10),       absl::Seconds(30)};
inline constexpr size_t kHistogramBuckets = kHistogramBounds.size() + 1;

// The sum of one or several histograms, read one bucket after another while they change.
struct HistogramReading {
  // Of each bucket alone.
  std::array<uint64_t, kHistogramBuckets> counts = {};
  absl::Duration sum;

  uint64_t count() const;
};

// Thread-safe, and never waits: two relaxed additions for an observation. Cheapest where one thread
// writes.
class alignas(64) Histogram {
 public:
  // What is longer counts as this in the sum, so that it can't overflow.
  static constexpr absl::Duration kLongest = absl::Hours(1);

  // Less than nothing counts as nothing.
  void Observe(absl::Duration duration);
  void AddTo(HistogramReading* reading) const;

 private:
  std::array<std::atomic<uint64_t>, kHistogramBuckets> counts_ = {};
  std::atomic<uint64_t> sum_nanoseconds_{0};
};

// For several threads that write often: those on different processors seldom meet.
class ShardedHistogram {
 public:
  void Observe(absl::Duration duration);
  void AddTo(HistogramReading* reading) const;

 private:
  static constexpr size_t kShards = 16;

  std::array<Histogram, kShards> shards_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_METRICS_HISTOGRAM_H_
