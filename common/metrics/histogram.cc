#include "common/metrics/histogram.h"

#include <sched.h>

#include <algorithm>
#include <numeric>

namespace fluxcascade {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

uint64_t HistogramReading::count() const {
  return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
}

void Histogram::Observe(absl::Duration duration) {
  duration = std::clamp(duration, absl::ZeroDuration(), kLongest);
  const auto bound = std::lower_bound(kHistogramBounds.begin(), kHistogramBounds.end(), duration);
  counts_[static_cast<size_t>(bound - kHistogramBounds.begin())].fetch_add(1, kRelaxed);
  sum_nanoseconds_.fetch_add(static_cast<uint64_t>(absl::ToInt64Nanoseconds(duration)), kRelaxed);
}

void Histogram::AddTo(HistogramReading* reading) const {
  for (size_t i = 0; i < kHistogramBuckets; ++i) reading->counts[i] += counts_[i].load(kRelaxed);
  reading->sum += absl::Nanoseconds(sum_nanoseconds_.load(kRelaxed));
}

void ShardedHistogram::Observe(absl::Duration duration) {
  // No system call. Where the processor can't be told, all meet in one shard.
  shards_[static_cast<unsigned>(sched_getcpu()) % kShards].Observe(duration);
}

void ShardedHistogram::AddTo(HistogramReading* reading) const {
  for (const Histogram& shard : shards_) shard.AddTo(reading);
}

}  // namespace fluxcascade
