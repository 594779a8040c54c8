// What every process tells of itself, under the names that Prometheus's own clients use.
#ifndef FLUXCASCADE_COMMON_METRICS_PROCESS_METRICS_H_
#define FLUXCASCADE_COMMON_METRICS_PROCESS_METRICS_H_

#include <vector>

#include "absl/time/time.h"
#include "prometheus/metric_family.h"

namespace fluxcascade {

// `started`: when the process did. What the system does not tell is left out.
std::vector<prometheus::MetricFamily> ProcessMetrics(absl::Time started);

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_METRICS_PROCESS_METRICS_H_
