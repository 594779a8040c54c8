// Builds what a prometheus::Collectable gives, in few words.
#ifndef FLUXCASCADE_COMMON_METRICS_METRIC_FAMILIES_H_
#define FLUXCASCADE_COMMON_METRICS_METRIC_FAMILIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/metrics/histogram.h"
#include "prometheus/metric_family.h"

namespace fluxcascade {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

// Families in the order in which they were begun; values belong to the last one. Names get the
// prefix.
class MetricFamilies {
 public:
  explicit MetricFamilies(std::string prefix = "") : prefix_(std::move(prefix)) {}

  // A family with one value and no labels.
  void Counter(absl::string_view name, absl::string_view help, double value);
  void Gauge(absl::string_view name, absl::string_view help, double value);

  // A family of several: Begin…, then Add… for each.
  void BeginCounters(absl::string_view name, absl::string_view help);
  void BeginGauges(absl::string_view name, absl::string_view help);
  void BeginHistograms(absl::string_view name, absl::string_view help);
  void Add(double value, MetricLabels labels);
  // In seconds.
  void Add(const HistogramReading& reading, MetricLabels labels);

  void Append(std::vector<prometheus::MetricFamily> families);

  std::vector<prometheus::MetricFamily> Take() && { return std::move(families_); }

 private:
  void Begin(prometheus::MetricType type, absl::string_view name, absl::string_view help);

  const std::string prefix_;
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace fluxcascade

#endif  // FLUXCASCADE_COMMON_METRICS_METRIC_FAMILIES_H_
