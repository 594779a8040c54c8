#include "common/metrics/process_metrics.h"

#include <map>
#include <string>

#include "gtest/gtest.h"

namespace fluxcascade {
namespace {

TEST(ProcessMetricsTest, TellsStartTimeProcessorMemoryAndDescriptors) {
  std::map<std::string, prometheus::ClientMetric> metrics;
  for (const prometheus::MetricFamily& family :
       ProcessMetrics(absl::FromUnixMillis(1767225600500))) {
    ASSERT_EQ(family.metric.size(), 1u) << family.name;
    metrics[family.name] = family.metric[0];
  }
  EXPECT_EQ(metrics["process_start_time_seconds"].gauge.value, 1767225600.5);
  EXPECT_GT(metrics["process_cpu_seconds_total"].counter.value, 0);
  EXPECT_GT(metrics["process_resident_memory_bytes"].gauge.value, 1e6);
  EXPECT_GT(metrics["process_max_fds"].gauge.value, 1);
}

}  // namespace
}  // namespace fluxcascade
