#include "common/metrics/metric_families.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/check/check.h"

namespace fluxcascade {

using prometheus::ClientMetric;
using prometheus::MetricType;

void MetricFamilies::Counter(absl::string_view name, absl::string_view help, double value) {
  BeginCounters(name, help);
  Add(value, {});
}

void MetricFamilies::Gauge(absl::string_view name, absl::string_view help, double value) {
  BeginGauges(name, help);
  Add(value, {});
}

void MetricFamilies::BeginCounters(absl::string_view name, absl::string_view help) {
  Begin(MetricType::Counter, name, help);
}

void MetricFamilies::BeginGauges(absl::string_view name, absl::string_view help) {
  Begin(MetricType::Gauge, name, help);
}

void MetricFamilies::BeginHistograms(absl::string_view name, absl::string_view help) {
  Begin(MetricType::Histogram, name, help);
}

void MetricFamilies::Begin(MetricType type, absl::string_view name, absl::string_view help) {
  prometheus::MetricFamily& family = families_.emplace_back();
  family.name = absl::StrCat(prefix_, name);
  family.help = std::string(help);
  family.type = type;
}

void MetricFamilies::Add(double value, MetricLabels labels) {
  prometheus::MetricFamily& family = families_.back();
  FC_CHECK(family.type == MetricType::Counter || family.type == MetricType::Gauge);
  ClientMetric& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void MetricFamilies::Add(const HistogramReading& reading, MetricLabels labels) {
  FC_CHECK(families_.back().type == MetricType::Histogram);
  ClientMetric& metric = families_.back().metric.emplace_back();
  metric.label = std::move(labels);
  ClientMetric::Histogram& histogram = metric.histogram;
  uint64_t count = 0;
  for (size_t i = 0; i < kHistogramBuckets; ++i) {
    count += reading.counts[i];
    const double bound = i < kHistogramBounds.size() ? absl::ToDoubleSeconds(kHistogramBounds[i])
                                                     : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({.cumulative_count = count, .upper_bound = bound});
  }
  histogram.sample_count = count;
  histogram.sample_sum = absl::ToDoubleSeconds(reading.sum);
}

void MetricFamilies::Append(std::vector<prometheus::MetricFamily> families) {
  for (prometheus::MetricFamily& family : families) families_.push_back(std::move(family));
}

}  // namespace fluxcascade
